"""Codecs, schema resolution, the two decoders and the wire: pure, and bounded whatever the bytes."""
