"""Findings to formats: every report consumes the one stream of a run."""
