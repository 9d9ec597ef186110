"""First contracts: drafted from a schema, or from the records of a live topic."""
