"""The small exact things, each against worked examples and laws."""
