"""Cases: valid values, fresh identities, and the catalogue of malformed kinds. Pure: nothing here does input or output."""
