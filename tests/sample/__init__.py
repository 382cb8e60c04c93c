"""The sample company is whole, believable, the same for a seed, and holds what was planted."""
