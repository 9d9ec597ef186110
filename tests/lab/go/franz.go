package main

import (
	"context"
	"strings"

	"github.com/twmb/franz-go/pkg/kgo"
)

// franz sorts parcels with franz-go: a poll, all its outcomes, one commit.
func franz(ctx context.Context) {
	client, err := kgo.NewClient(
		kgo.SeedBrokers(strings.Split(brokers, ",")...),
		kgo.ConsumerGroup(group), kgo.ConsumeTopics(topic), kgo.DisableAutoCommit(),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.ProducerBatchMaxBytes(largestRecord), kgo.BrokerMaxWriteBytes(2*largestRecord),
		kgo.RecordPartitioner(kgo.StickyKeyPartitioner(nil)),
	)
	if err != nil {
		panic(err)
	}
	defer client.Close()
	for ctx.Err() == nil {
		fetches := client.PollFetches(ctx)
		var outcomes []*kgo.Record
		fetches.EachRecord(func(record *kgo.Record) {
			if outcome := franzOutcome(record); outcome != nil {
				outcomes = append(outcomes, outcome)
			}
		})
		if err := client.ProduceSync(context.Background(), outcomes...).FirstErr(); err != nil {
			panic(err)
		}
		if fetches.NumRecords() > 0 {
			if err := client.CommitUncommittedOffsets(context.Background()); err != nil {
				panic(err)
			}
		}
	}
}

func franzOutcome(record *kgo.Record) *kgo.Record {
	headers := make([]header, len(record.Headers))
	for i, one := range record.Headers {
		headers[i] = header{one.Key, one.Value}
	}
	value, err := sorted(record.Key, record.Value, headers)
	switch {
	case err == nil:
		return &kgo.Record{Topic: out, Key: record.Key, Value: value, Headers: record.Headers}
	case variant == "panics":
		panic(err)
	case variant == "swallows":
		return nil
	case variant == "keyless_letters":
		return &kgo.Record{Topic: dlq, Value: record.Value, Headers: record.Headers}
	}
	why := kgo.RecordHeader{Key: "error", Value: []byte(err.Error())}
	return &kgo.Record{Topic: dlq, Key: record.Key, Value: record.Value, Headers: append(record.Headers, why)}
}
