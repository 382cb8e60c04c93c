"""The organisation as of a day, and moving people in it."""
