"""A database of records: SQLite in a file, as in use, or PostgreSQL where SALESOPS_DATABASE names it."""

from tests.office.database import (
    django_db_keepdb,
    django_db_modify_db_settings,
    django_db_setup,
)

__all__ = ["django_db_keepdb", "django_db_modify_db_settings", "django_db_setup"]
