"""A whole run: judged again from its history, merged, ended."""
