"""Windows of their own: growth, bursts, repeats, sequences, sizes, stops, visits, halves."""
