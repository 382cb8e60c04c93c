"""Scripts that write what the project shows of itself."""
