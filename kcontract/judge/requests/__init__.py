"""What came of requests: which events are whose, and what was promised of them."""
