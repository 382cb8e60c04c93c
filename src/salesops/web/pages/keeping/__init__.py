"""The pages of an office on which people look at a record and work on it."""
