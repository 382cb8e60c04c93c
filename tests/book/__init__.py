"""Tests of the book: readings as of any instant, within a scope and under a filter."""
