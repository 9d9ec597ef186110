"""Sending at a rate, open loop."""
