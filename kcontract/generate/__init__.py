"""Cases: valid values, fresh identities, and the catalogue of malformed kinds. Pure."""
