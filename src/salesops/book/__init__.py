"""A book is tables, scope, as-of and engine: the one thing every analysis takes."""
