"""Changes of the process: filed, tried on the past, and measured."""
