"""One invented company, simulated with known truths, for demo, documentation and tests."""

SAMPLE_NAME = "Northgate Instruments"
