"""Senders of every form, good and broken."""
