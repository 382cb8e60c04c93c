"""The documentation is a promise: its commands run, its outputs are what is printed, its links lead somewhere."""
