"""Public data sets, opened as they were downloaded."""
