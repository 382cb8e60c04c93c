"""Jobs: long work in a process of its own, with progress, cancel, and nothing half-written."""
