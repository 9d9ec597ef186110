"""Which case a piece of evidence belongs to."""
