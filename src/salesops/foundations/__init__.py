"""Foundations: the small exact things that everything else is made of."""
