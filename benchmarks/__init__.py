"""Measurements of what kcontract promises, as ratios where another thing is compared."""
