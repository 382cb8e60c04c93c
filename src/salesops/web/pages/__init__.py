"""Pages: one folder a discipline, one file and template a page."""
