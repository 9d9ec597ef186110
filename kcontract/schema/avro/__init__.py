"""Avro 1.12: parser, codec, our own strict and lenient decoder, resolution, JSON form."""
