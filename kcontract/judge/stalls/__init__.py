"""Why nothing moves, as the protocol tap saw it: a record again and again, a group that never rests."""
