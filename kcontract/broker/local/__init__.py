"""A real Apache Kafka from pip: locked jars, a Java, a formatted template, one process."""
