"""The engine: plans units, sends cases, gathers evidence and asks the judge. It knows ports, not adapters."""
