"""What must happen to a record: valid, invalid or either, and what its fields mean."""
