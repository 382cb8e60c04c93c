"""What tells of a person: their names, addresses, numbers and keys, found in a text however they are written there."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import quote

ERASED = "[erased]"
FEWEST_DIGITS = 7
SHORTEST_PART = 3
_GAP = r"(?:[\s+_,.\-]|%20|%2C)+"
# An address or a key may go on behind a dot or a hyphen, a name behind a hyphen.
_ADDRESS = (r"(?:(?<![\w.+-])|(?<=%[0-9A-Fa-f]{2})|(?<=_))", r"(?![\w-]|\.\w)")
_NAME = (r"(?:(?<!\w)|(?<=%[0-9A-Fa-f]{2})|(?<=_))", r"(?![^\W_]|-\w)")
_PHONE_GAP = r"[\s()./\-]*"
_UNLIKE = str.maketrans({"%": r"\%", "_": r"\_", "\\": r"\\"})


@dataclass(frozen=True)
class Telling:
    """What is looked for. `keys` are keys that say who it was, each with the key in its place.

    A key that is a mere word, such as ann, is found where it stands by itself, and not within a sentence.
    """

    words: tuple[str, ...]
    keys: Mapping[str, str] = field(default_factory=dict)

    def cleaned(self, text: str) -> str:
        """The text with every mention replaced; the same text where there is none."""
        if text in self.keys:
            return self.keys[text]
        return self._pattern.sub(self._instead, text) if self._pattern is not None else text

    def cleaned_value(self, value: Any) -> Any:
        """The same of whatever JSON can hold, names of its fields as well."""
        if isinstance(value, str):
            return self.cleaned(value)
        if isinstance(value, list):
            return [self.cleaned_value(each) for each in value]
        if isinstance(value, dict):
            return {self.cleaned(str(k)): self.cleaned_value(v) for k, v in value.items()}
        return value

    def is_in(self, text: str) -> bool:
        """Whether the text mentions the person."""
        return self.cleaned(text) != text

    @cached_property
    def likes(self) -> tuple[str, ...]:
        """Patterns of LIKE, escaped by a backslash, that find every mention and some texts more."""
        return tuple(dict.fromkeys(_like(text) for text in (*self.keys, *self.words)))

    @cached_property
    def _ordered(self) -> list[tuple[str, str]]:
        """What is found within a text, and what then stands there: a key before a word that it may hold, and a long
        word before a shorter one."""
        keys = [(k, new) for k, new in self.keys.items() if not k.isalpha()]
        return [*keys, *((w, ERASED) for w in sorted(self.words, key=len, reverse=True))]

    @cached_property
    def _pattern(self) -> re.Pattern[str] | None:
        if not self._ordered:
            return None
        either = (
            f"{before}(?P<k{n}>{_spelt(text)}){after}"
            for n, (text, _) in enumerate(self._ordered)
            for before, after in [_ADDRESS if "@" in text or text in self.keys else _NAME]
        )
        return re.compile("|".join(either), re.IGNORECASE)

    def _instead(self, found: re.Match[str]) -> str:
        return self._ordered[int((found.lastgroup or "k0")[1:])][1]


def words_of(
    names: Iterable[str | None], addresses: Iterable[str | None], phones: Iterable[str | None]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What to look for, and the names that are one word alone, which would be found where they mean something else."""
    found: dict[str, None] = {}
    alone: dict[str, None] = {}
    for name in filter(None, names):
        parts = re.findall(r"[^\s,]+", unicodedata.normalize("NFC", name))
        if len(parts) < 2:
            alone |= dict.fromkeys(parts)
            continue
        found |= dict.fromkeys((" ".join(parts), " ".join((parts[-1], *parts[:-1]))))
    for address in filter(None, addresses):
        found[address.strip()] = None
    for phone in filter(None, phones):
        if len(re.sub(r"\D", "", phone)) >= FEWEST_DIGITS:
            found[phone.strip()] = None
    return tuple(filter(None, found)), tuple(alone)


def says_who(key: str, names: Iterable[str | None], addresses: Iterable[str | None]) -> bool:
    """Whether a key holds a part of a name or of an address, so that it would tell of the person by itself."""
    told = " ".join(filter(None, [*names, *(a.partition("@")[0] for a in addresses if a)]))
    parts = re.findall(r"[^\W_]+", told.casefold())
    return any(len(part) >= SHORTEST_PART and part in key.casefold() for part in parts)


def _is_phone(text: str) -> bool:
    return not re.search(r"[^\d\s()./+\-]", text)


def _like(text: str) -> str:
    if _is_phone(text):
        return "%" + "%".join(re.sub(r"\D", "", text)) + "%"
    kept = (
        c.translate(_UNLIKE) if c.isascii() and (c.isalnum() or c in "_%.-") else "%" for c in text
    )
    # What separates words may be written in other ways.
    return "%" + re.sub(r"[\s%]+", "%", "".join(kept).replace(r"\_", "%").replace("-", "%")) + "%"


def _spelt(text: str) -> str:
    """A pattern of the text: spaces as separators of any kind, other letters also as addresses of pages have them."""
    if _is_phone(text):
        digits = re.sub(r"\D", "", text)
        return r"\+?" + _PHONE_GAP.join(digits)
    found = []
    for piece in re.split(r"([\s,]+)", text):
        if re.fullmatch(r"[\s,]+", piece):
            found.append(_GAP)
            continue
        found += [_letter(c) for c in piece]
    return "".join(found)


def _letter(letter: str) -> str:
    if letter.isascii() and letter.isalnum():
        return letter
    ways = {letter, quote(letter, safe=""), unicodedata.normalize("NFD", letter)}
    return "(?:" + "|".join(sorted(map(re.escape, ways), key=len, reverse=True)) + ")"
