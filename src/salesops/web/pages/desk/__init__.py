"""Requests to sales operations: asking, the queue, one request, and how well the team serves."""
