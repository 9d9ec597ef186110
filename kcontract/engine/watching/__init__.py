"""What the ports show, as events."""
