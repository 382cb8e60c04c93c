"""Importers: what a file holds arrives, and what cannot arrive is told."""
