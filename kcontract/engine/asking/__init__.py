"""Senders: their requests, their functions, what they are given first."""
