"""Apache Kafka in a container, from the image that the project publishes."""
