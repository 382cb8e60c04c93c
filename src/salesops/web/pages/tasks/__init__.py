"""Pages of tasks and of what else is done with buyers."""
