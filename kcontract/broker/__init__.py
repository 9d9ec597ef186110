"""Brokers: the local Apache Kafka, the librdkafka mock, and the client to any cluster."""
