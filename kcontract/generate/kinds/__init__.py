"""The malformed kinds, one module a family; each ends in the tuple KINDS."""
