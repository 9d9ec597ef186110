"""A window: made of cases and played."""
