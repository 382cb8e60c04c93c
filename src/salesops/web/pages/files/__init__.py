"""Files of records: attaching them, taking them away, and having them."""
