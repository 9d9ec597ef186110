"""Services that differ in what a record leads to: how often, in which order, and after a redelivery."""
