"""A page as a tree of elements, read by the standard library's parser; unclosed elements are faults."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())


@dataclass
class Element:
    """One element; `parts` holds text and elements in order."""

    tag: str
    attrs: dict[str, str]
    parts: list[Element | str] = field(default_factory=list)

    def walk(self) -> Iterator[Element]:
        """This element and all within, in document order."""
        yield self
        for part in self.parts:
            if isinstance(part, Element):
                yield from part.walk()

    @property
    def text(self) -> str:
        """All text within, white space as single blanks."""
        return " ".join("".join(self._texts()).split())

    def all(self, tag: str, **attrs: str) -> list[Element]:
        """Elements within of that tag whose attributes are as given (`_` stands for `-`)."""
        wanted = {k.rstrip("_").replace("_", "-"): v for k, v in attrs.items()}
        return [
            e
            for e in self.walk()
            if e.tag == tag and all(e.attrs.get(k) == v for k, v in wanted.items())
        ]

    def one(self, tag: str, **attrs: str) -> Element:
        """The only such element."""
        found = self.all(tag, **attrs)
        assert len(found) == 1, (tag, attrs, len(found))
        return found[0]

    def _texts(self) -> Iterator[str]:
        for part in self.parts:
            if isinstance(part, str):
                yield part
            else:
                yield from part._texts()


@dataclass
class Markup(Element):
    """A whole page with what is wrong with its markup."""

    faults: list[str] = field(default_factory=list)
    source: str = ""

    def rows(self, caption: str) -> list[list[str]]:
        """The texts of a table's body, found by the label of the region around it."""
        region = self.one("div", aria_label=caption)
        body = region.one("tbody")
        return [
            [p.text for p in row.parts if isinstance(p, Element)]
            for row in body.parts
            if isinstance(row, Element)
        ]

    def links(self) -> list[str]:
        """Where the page leads on this server."""
        return [e.attrs["href"] for e in self.all("a") if e.attrs.get("href", "").startswith("/")]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = Markup("#page", {})
        self.open: list[Element] = [self.page]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        if len(set(names)) != len(names):
            self.page.faults.append(f"<{tag}> names an attribute twice")
        element = Element(tag, {k: v if v is not None else "" for k, v in attrs})
        self.open[-1].parts.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].parts.append(Element(tag, {k: v or "" for k, v in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if self.open[-1].tag != tag:
            self.page.faults.append(f"</{tag}> closes <{self.open[-1].tag}>")
            while len(self.open) > 1 and self.open[-1].tag != tag:
                self.open.pop()
        if len(self.open) > 1:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].parts.append(data)


def read_markup(source: str) -> Markup:
    """The page a source describes."""
    reader = _Reader()
    reader.feed(source)
    reader.close()
    reader.page.faults += [f"<{e.tag}> is never closed" for e in reader.open[1:]]
    reader.page.source = source
    return reader.page
