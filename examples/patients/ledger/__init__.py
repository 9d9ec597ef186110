"""Books each invoice that was opened, and passes over what is not an invoice."""
