"""Who may sign in to the office, and what they may do."""
