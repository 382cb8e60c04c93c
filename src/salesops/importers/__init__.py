"""Importers: bytes in, tables and problems out, no database."""

from salesops.importers.examining import examine
from salesops.importers.model import Answers, Cancelled, Examination, Limits, Question, SourceFile
from salesops.importers.reading import read
from salesops.importers.refused import write_refused

__all__ = [
    "Answers",
    "Cancelled",
    "Examination",
    "Limits",
    "Question",
    "SourceFile",
    "examine",
    "read",
    "write_refused",
]
