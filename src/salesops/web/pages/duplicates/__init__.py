"""Records that look like one thing: proposed, merged, kept apart, and taken back."""
