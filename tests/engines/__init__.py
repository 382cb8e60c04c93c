"""Engines: where a book is kept, what it answers, and that every engine answers the same."""
