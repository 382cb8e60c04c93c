"""The pipeline through time."""
