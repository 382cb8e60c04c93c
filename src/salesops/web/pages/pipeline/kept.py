"""Answers about the pipeline, worked out once a state of the book and reader."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from django.conf import settings

from salesops.book.book import Book

MOST_KEPT = 128
Answer = TypeVar("Answer")
_kept: dict[tuple[Any, ...], Any] = {}


def kept(book: Book, question: tuple[Any, ...], ask: Callable[[], Answer]) -> Answer:
    """What `ask` answers of `book`; `question` tells it from every other one."""
    of = settings.SALESOPS_BOOK, book.facts.generation, book.scope, book.instant, book.criterion
    key = (*of, book.settings.model_dump_json(), *question)
    if key not in _kept:
        answer = ask()
        if len(_kept) >= MOST_KEPT:
            _kept.clear()
        _kept[key] = answer
    return cast(Answer, _kept[key])
