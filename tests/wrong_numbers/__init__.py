"""Each silent wrong number ever found, with its story."""
