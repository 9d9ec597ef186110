"""The strict bounded decoders under fire: damaged payloads, their cost, and what Java's decoders make of them."""
