"""Tests of an office's long work."""
