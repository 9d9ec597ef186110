"""Handlers that are an object of a framework, called through what the framework has for tests. Never imported without
the framework."""
