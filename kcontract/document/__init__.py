"""Contract files and the project file: read, checked in one go, and turned into the model."""
