"""Changes of the process: tried on the past, and measured against who went on as before."""
