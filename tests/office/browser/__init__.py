"""An office in Chromium."""
