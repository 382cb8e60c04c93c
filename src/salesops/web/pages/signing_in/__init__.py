"""Signing in, being invited, and one's own account."""
