"""Services that break their contract, each in one way: README.md says which, and which verdict is due."""
