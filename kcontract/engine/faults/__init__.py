"""Putting faults on a service's surroundings, and gathering what must be known to judge it."""
