"""A database of records: SQLite in a file, as in use, or PostgreSQL where SALESOPS_DATABASE names it; and readers."""

from tests.office.database import (
    django_db_keepdb,
    django_db_modify_db_settings,
    django_db_setup,
)
from tests.office.readers import (
    as_,
    as_alice,
    as_bob,
    as_charlie,
    as_dora,
    as_nobody,
    built,
    office,
    served,
)

__all__ = [
    "as_",
    "as_alice",
    "as_bob",
    "as_charlie",
    "as_dora",
    "as_nobody",
    "built",
    "django_db_keepdb",
    "django_db_modify_db_settings",
    "django_db_setup",
    "office",
    "served",
]
