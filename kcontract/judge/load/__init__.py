"""What a load at a rate shows: latencies, their percentiles and bounds."""
