"""The command line: options, exit codes, and nothing of the domain."""
