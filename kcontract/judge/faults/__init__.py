"""What a fault did: signs of a round, and what two rounds with the same signs mean."""
