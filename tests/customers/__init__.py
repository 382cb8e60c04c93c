"""Tests of what customers are worth."""
