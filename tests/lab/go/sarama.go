package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/IBM/sarama"
)

// saramas sorts parcels with sarama: a claim, one outcome after the other, marks that are committed in the background.
func saramas(ctx context.Context) {
	config := sarama.NewConfig()
	config.Consumer.Offsets.Initial = sarama.OffsetOldest
	config.Consumer.Offsets.AutoCommit.Interval = 200 * time.Millisecond
	config.Producer.Return.Successes = true
	config.Producer.MaxMessageBytes = largestRecord
	servers := strings.Split(brokers, ",")
	producer, err := sarama.NewSyncProducer(servers, config)
	if err != nil {
		panic(err)
	}
	members, err := sarama.NewConsumerGroup(servers, group, config)
	if err != nil {
		panic(err)
	}
	for ctx.Err() == nil {
		if err := members.Consume(ctx, []string{topic}, claims{producer}); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	}
	_ = members.Close()
	_ = producer.Close()
}

type claims struct{ producer sarama.SyncProducer }

func (claims) Setup(sarama.ConsumerGroupSession) error   { return nil }
func (claims) Cleanup(sarama.ConsumerGroupSession) error { return nil }

func (own claims) ConsumeClaim(session sarama.ConsumerGroupSession, claim sarama.ConsumerGroupClaim) error {
	for {
		select {
		case <-session.Context().Done():
			return nil
		case message, open := <-claim.Messages():
			if !open {
				return nil
			}
			if _, _, err := own.producer.SendMessage(saramaOutcome(message)); err != nil {
				return err // nothing is marked: the session ends, and the next one begins with this record again
			}
			session.MarkMessage(message, "")
		}
	}
}

func saramaOutcome(message *sarama.ConsumerMessage) *sarama.ProducerMessage {
	headers := make([]header, len(message.Headers))
	kept := make([]sarama.RecordHeader, len(message.Headers))
	for i, one := range message.Headers {
		headers[i], kept[i] = header{string(one.Key), one.Value}, *one
	}
	value, err := sorted(message.Key, message.Value, headers)
	if err == nil {
		return &sarama.ProducerMessage{Topic: out, Key: encoded(message.Key), Value: encoded(value), Headers: kept}
	}
	why := sarama.RecordHeader{Key: []byte("error"), Value: []byte(err.Error())}
	return &sarama.ProducerMessage{
		Topic: dlq, Key: encoded(message.Key), Value: encoded(message.Value), Headers: append(kept, why),
	}
}

func encoded(text []byte) sarama.Encoder {
	if text == nil {
		return nil
	}
	return sarama.ByteEncoder(text)
}
