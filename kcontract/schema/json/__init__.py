"""JSON: a bounded RFC 8259 parser and validation in the declared draft of JSON Schema."""
