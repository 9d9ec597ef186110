"""Schema registries: the client for any that speaks Confluent's API, and the embedded server."""
