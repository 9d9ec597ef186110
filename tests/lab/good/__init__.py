"""Services that keep their promises, each in another style that real teams use."""
