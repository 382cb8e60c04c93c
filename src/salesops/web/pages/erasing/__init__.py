"""Erasing a person, and the list of those who were."""
