"""The pipeline through time, as pages."""
