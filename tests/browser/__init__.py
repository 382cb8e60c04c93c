"""Chromium walks the program as a person would, on the real server."""
