"""Kafka's wire protocol as pure encoders and decoders: frames, and the few requests that client libraries lack."""
