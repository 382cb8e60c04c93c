"""Pages that share a record, and tell what is shared."""
