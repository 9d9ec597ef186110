"""JSON text as generated records have it."""

from __future__ import annotations

import json

compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
"""The text of a JSON value, without blanks; made once, for making an encoder takes as long as a small text."""
