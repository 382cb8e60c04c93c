"""Which database keeps the records: a SQLite file in the office's folder, or PostgreSQL by one setting."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from salesops.foundations.problem import Refusal

SQLITE_FILE = "records.sqlite3"


def database(home: Path, address: str) -> dict[str, Any]:
    """Django's words for the database at `address`, such as postgresql://user:password@host/name; SQLite where empty.

    Writers on SQLite take the lock as they begin and wait their turn: with Django's defaults a twelfth of writes
    among eight writers failed with “database is locked”. Whoever fills the log moves it into the file before going on:
    it is long, so that this seldom falls to somebody's edit, and long work empties it between its steps.
    """
    if not address:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": home / SQLITE_FILE,
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; "
                "PRAGMA cache_size=-32000; PRAGMA mmap_size=268435456; PRAGMA wal_autocheckpoint=5000;",
            },
        }
    parts = urlsplit(address)
    if parts.scheme not in ("postgresql", "postgres") or not parts.path.strip("/"):
        raise Refusal(
            f"“{parts.scheme}://…” is not the address of a database this program knows. "
            "Write postgresql://user:password@host:5432/name, or leave it empty for SQLite."
        )
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", "") or parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": query,
    }
