"""The declarations of the tables are sound."""
