"""The fields a company adds to its records, and what becomes of them."""
