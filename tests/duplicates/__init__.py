"""Duplicates: what is found, why, and how well on records of which the truth is known."""
