"""Services that keep their promises until something around them fails."""
