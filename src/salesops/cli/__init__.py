"""The command line: thin verbs over a book and the jobs that make one."""
