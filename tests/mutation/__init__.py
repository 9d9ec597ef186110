"""The judge with each of its rules switched off: every one of these mutants must make a unit test fail."""
