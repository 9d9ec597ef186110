"""Services that do harm: VARIANT says which. A run must bear them, end, clear away, and say what happened."""
