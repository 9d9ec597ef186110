"""Records that a patient was created, with the deserializer as it comes from the client library."""
