"""Pages asked for as a browser asks, without one: what they show, refuse, escape and export."""
