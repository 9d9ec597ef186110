"""Services that benchmarks run against."""
