"""Pages of importing into an office."""
