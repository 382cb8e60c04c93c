"""Pages of what is wrong with records, and of mending it."""
