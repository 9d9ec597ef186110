"""Services of five real systems, each with the contracts it is held to, and twins that break them."""
