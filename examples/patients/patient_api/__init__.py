"""The patient service: keeps patients in a database and tells the others what happens to them."""
