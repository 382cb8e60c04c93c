"""The audit log: who changed what, and who saw what."""
