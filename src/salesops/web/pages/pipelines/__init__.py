"""Pipelines and their stages: what each means, and in which order they come."""
