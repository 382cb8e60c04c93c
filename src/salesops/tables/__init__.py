"""Tables: the facts of selling that analysis may read, one file a table."""

from collections.abc import Mapping

from salesops.foundations.catalogue import catalogue
from salesops.foundations.table import Table

TABLES: Mapping[str, Table] = catalogue(__name__, Table)
