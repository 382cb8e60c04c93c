"""Pages of files that a worker prepares."""
