"""The patient service's system: an HTTP service that publishes events, and the services that live on them."""
