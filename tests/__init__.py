"""The tests mirror the source; a test's name is a claim, and its input stands beside the claim."""
