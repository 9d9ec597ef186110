"""The process in which a handler runs: `python -m kcontract.testing.handling`."""
