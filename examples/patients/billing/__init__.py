"""Opens an invoice for each new patient. What breaks the contract goes to the dead letters, byte for byte."""
