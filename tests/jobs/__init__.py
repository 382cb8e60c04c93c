"""Jobs: a book is the former or the new one, whatever happens to the process."""
