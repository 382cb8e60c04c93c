"""Each check finds what is wrong and nothing else, and what it costs is counted once."""
