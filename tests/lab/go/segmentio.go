package main

import (
	"context"
	"strings"
	"time"

	"github.com/segmentio/kafka-go"
)

// segmentio sorts parcels with kafka-go, record by record. It reads an empty key, value or header as null.
func segmentio(ctx context.Context) {
	servers := strings.Split(brokers, ",")
	reader := kafka.NewReader(kafka.ReaderConfig{
		Brokers: servers, GroupID: group, Topic: topic, MaxWait: 200 * time.Millisecond, StartOffset: kafka.FirstOffset,
	})
	writer := &kafka.Writer{
		Addr: kafka.TCP(servers...), RequiredAcks: kafka.RequireAll, BatchTimeout: 5 * time.Millisecond,
		BatchBytes: largestRecord, Balancer: &kafka.Murmur2Balancer{},
	}
	defer reader.Close()
	defer writer.Close()
	for {
		message, err := reader.FetchMessage(ctx)
		if err != nil {
			return
		}
		if outcome := segmentioOutcome(message); outcome != nil {
			if err := writer.WriteMessages(context.Background(), *outcome); err != nil {
				panic(err)
			}
		}
		if err := reader.CommitMessages(context.Background(), message); err != nil {
			panic(err)
		}
	}
}

func segmentioOutcome(message kafka.Message) *kafka.Message {
	headers := make([]header, len(message.Headers))
	for i, one := range message.Headers {
		headers[i] = header{one.Key, one.Value}
	}
	value, err := sorted(message.Key, message.Value, headers)
	switch {
	case err == nil:
		return &kafka.Message{Topic: out, Key: message.Key, Value: value, Headers: message.Headers}
	case dlq == "":
		return nil
	}
	return &kafka.Message{Topic: dlq, Key: message.Key, Value: message.Value, Headers: message.Headers}
}
