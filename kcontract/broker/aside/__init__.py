"""Groups of a cluster that is not ours, asked by a process of its own."""
