"""Offices of their own for the tests: a folder and a database each, used through the command."""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg

ROOT = Path(__file__).parents[2]
FILL = """
from datetime import UTC, datetime
from salesops.actions.changing import changing
from salesops.actions.enqueue import enqueue
from salesops.foundations.clock import fixed_clock
from salesops.records.models import *
may = fixed_clock(datetime(2026, 5, 1, 9, 30, tzinfo=UTC))
alice = User.objects.create_user("alice@example.com", "secret", role="analyst")
with changing(alice, "create_opportunity", may, reason="They called.\\nTwice, \\\\ and again."):
    for n in range(40):
        Opportunity.objects.create(id=f"d{n}", name=f"Mühle\\t{n}", amount_minor=1000 + n, custom={"a": [n, None]})
Opportunity.objects.filter(id="d1").update(stage="Won", amount_minor=None)
Opportunity.objects.filter(id="d2").delete()
import os
from pathlib import Path
from salesops.actions.attach_files import attach_files
rita = User.objects.create_user("rita@example.com", "secret", role="manager")
attach_files(rita, "opportunity", "d3", [("offer.pdf", [b"%PDF", bytes(999)])], Path(os.environ["SALESOPS_OFFICE"]), may)
with changing(None, "gone", may) as last:
    pass
last.delete()
enqueue(alice, "backup", {"keep": 3}, may, schedule="30 2 * * *")
"""


@dataclass(frozen=True)
class Office:
    """One office, its folder and the address of its database; empty for SQLite."""

    folder: Path
    address: str = ""

    @property
    def environment(self) -> dict[str, str]:
        """What its processes need."""
        return os.environ | {
            "SALESOPS_OFFICE": str(self.folder),
            "SALESOPS_DATABASE": self.address,
            "DJANGO_SETTINGS_MODULE": "salesops.web.office_settings",
        }

    def start(self, *words: object) -> subprocess.Popen[str]:
        """`salesops WORDS --office …`, going on beside the test."""
        return self._python("-m", "salesops.cli", *words, "--office", self.folder)

    def run(self, *words: object) -> tuple[int, str]:
        """`salesops WORDS --office …`: its code and all it printed."""
        process = self.start(*words)
        said, _ = process.communicate(timeout=120)
        return process.returncode, said

    def begins(self, code: str) -> subprocess.Popen[str]:
        """Run Python with Django set up for this office, beside the test."""
        return self._python("-c", f"import django; django.setup()\n{code}")

    def does(self, code: str) -> str:
        """Run Python with Django set up for this office; returns what it printed."""
        process = self.begins(code)
        said, _ = process.communicate(timeout=120)
        assert process.returncode == 0, said
        return said.strip()

    def holds(self) -> dict[str, Any]:
        """All there is: every row of every table, the counters, and the files."""
        names = (
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
            if self.address
            else "SELECT name FROM sqlite_master WHERE type = 'table'"
        )
        held: dict[str, Any] = {
            name: sorted(self.rows(f'SELECT * FROM "{name}"'), key=repr)
            for (name,) in self.rows(names)
        }
        if self.address:
            held["sequences"] = sorted(
                self.rows("SELECT sequencename, last_value FROM pg_sequences")
            )
        held["files"] = {
            str(f.relative_to(self.folder)): hashlib.sha256(f.read_bytes()).hexdigest()
            for f in self.folder.rglob("*")
            if f.is_file() and f.name != "LOCK" and not f.name.startswith(("records.sqlite3", "."))
        }
        return held

    def rows(self, question: str) -> list[tuple[Any, ...]]:
        """What the database answers, asked behind the program's back; nothing where there is none."""
        if self.address:
            with psycopg.connect(self.address) as connection:
                return connection.execute(question.encode()).fetchall()
        file = self.folder / "records.sqlite3"
        if not file.exists():
            return []
        with closing(sqlite3.connect(file)) as sqlite:
            return sqlite.execute(question).fetchall()

    def execute(self, statement: str) -> None:
        """Do something to the database behind the program's back."""
        if self.address:
            with psycopg.connect(self.address, autocommit=True) as connection:
                connection.execute(statement.encode())
            return
        with closing(sqlite3.connect(self.folder / "records.sqlite3")) as sqlite, sqlite:
            sqlite.execute(statement)

    def _python(self, *words: object) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, *map(str, words)],
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )


def copy_office(first: Office, other: Office) -> None:
    """Have an office that does not exist yet be what the first is, which nobody uses."""
    shutil.copytree(first.folder, other.folder, dirs_exist_ok=True)
    if first.address:
        made, name = (urlsplit(office.address).path[1:] for office in (first, other))
        server = urlsplit(first.address)._replace(path="/postgres").geturl()
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name}".encode())
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {made}".encode())


def new_office(folder: Path) -> Office:
    """An office on the kind of database these tests run on; it does not exist yet."""
    server = os.environ.get("SALESOPS_DATABASE", "")
    if not server:
        return Office(folder)
    name = f"office_{secrets.token_hex(4)}"
    parts = urlsplit(server)
    with psycopg.connect(parts._replace(path="/postgres").geturl(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    return Office(folder, parts._replace(path=f"/{name}").geturl())
