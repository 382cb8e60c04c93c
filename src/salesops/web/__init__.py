"""The browser: pages over one book, on this machine only."""
