"""Services under test: what they are started with, their processes, the requests that make them send."""
