"""The Java service and what starts it."""
