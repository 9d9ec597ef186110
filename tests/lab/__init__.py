"""Services to try kcontract on."""
