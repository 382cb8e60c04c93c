"""Somebody with the link: asks for pages as a browser would and reads what comes."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.test import Client

from salesops.book.book import Book
from salesops.book.settings import load_settings
from salesops.engines.duckdb import DuckDBEngine
from tests.web.markup import Markup, read_markup

KEY = "the-key-in-the-link"
HOST = "127.0.0.1"


class Visitor:
    """One browser with the cookie; `folder` holds the book it looks at."""

    def __init__(self, folder: Path, *, with_link: bool = True, checks_forms: bool = False) -> None:
        self.folder = folder
        self.client = Client(
            enforce_csrf_checks=checks_forms, SERVER_NAME=HOST, raise_request_exception=True
        )
        if with_link:
            self.client.get("/", {"key": KEY})

    @property
    def book(self) -> Book:
        """The book itself, to compare pages with."""
        return Book(DuckDBEngine(self.folder), load_settings(self.folder))

    def get(self, address: str, **query: Any) -> HttpResponse:
        """The answer to an address, whatever its status; redirections are not followed."""
        whole = f"{address}?{urlencode(query, doseq=True)}" if query else address
        return self.client.get(whole)  # type: ignore[return-value]

    def page(self, address: str, *, status: int = 200, **query: Any) -> Markup:
        """The page at an address, which must answer with `status`."""
        answer = self.get(address, **query)
        assert answer.status_code == status, (address, query, answer.status_code)
        return read_markup(answer.content.decode())

    def post(self, address: str, form: dict[str, Any]) -> HttpResponse:
        """The answer to a form; redirections are not followed."""
        return self.client.post(address, form)  # type: ignore[return-value]

    def csv(self, address: str, **query: Any) -> list[list[str]]:
        """The rows of a CSV export, its header first."""
        return list(csv.reader(io.StringIO(self.raw(address, **query).decode("utf-8-sig"))))

    def raw(self, address: str, **query: Any) -> bytes:
        """The bytes of an answer, sent at once or in pieces."""
        answer = self.get(address, **query)
        assert answer.status_code == 200, (address, query, answer.status_code)
        if answer.streaming:
            return b"".join(answer)
        return bytes(answer.content)


def words(text: str) -> str:
    """Text with every run of white space as one blank."""
    return re.sub(r"\s+", " ", text).strip()
