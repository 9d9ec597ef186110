"""What comes again: redelivery, duplicates, order of a key, sequences."""
