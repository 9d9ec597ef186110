"""Handlers called with records, each in a process of its own: `kcontract fuzz`, without a broker."""
