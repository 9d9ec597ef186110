"""Contract testing for the services that talk over Kafka."""

__version__ = "0.1.0"
