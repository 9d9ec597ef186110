"""Frozen values: contract, case, history events, verdicts, findings."""
