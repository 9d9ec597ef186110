"""From a doubt to a proof: the same again, fewer, alone."""
