"""Services that answer, stop, try again, log or store what they get, and their twins that do not."""
