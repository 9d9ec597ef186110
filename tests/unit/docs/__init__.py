"""The documents: current, linked, and true as far as a test can tell."""
