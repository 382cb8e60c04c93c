"""Engines: where a book is kept and computed."""
