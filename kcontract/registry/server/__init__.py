"""The embedded registry: Confluent's REST API (the 8.4 line) over an in-memory store, on the loopback."""
