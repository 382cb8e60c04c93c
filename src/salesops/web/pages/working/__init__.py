"""The lists of an office as the place to work: rows edited where they stand, many at once, saved views and the board."""
