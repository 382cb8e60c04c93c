"""Every KPI against figures worked out by hand."""
