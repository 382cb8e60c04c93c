"""The verbs of the command line, one a file: what each is told; what does the work is imported only when it runs."""
