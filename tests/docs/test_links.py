"""Links within the documentation lead to what is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.pages import EVERY_PAGE, ROOT

_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)|(?:src|href|srcset)=\"([^\"]+)\"")
_CODE = re.compile(r"^```.*?^```$|`[^`\n]*`", re.M | re.S)


def links(text: str) -> list[str]:
    """The relative links of a page."""
    found = [a or b for a, b in _LINK.findall(_CODE.sub("", text))]
    return [link for link in found if not re.match(r"[a-z]+:", link)]


def anchors(text: str) -> set[str]:
    """What the headings of a page can be linked by."""
    headings = re.findall(r"^#+ (.+)$", _CODE.sub("", text), re.M)
    return {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in headings}


@pytest.mark.parametrize("page", EVERY_PAGE, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    for link in links(page.read_text("utf-8")):
        place, _, anchor = link.partition("#")
        target = (page.parent / place).resolve() if place else page
        assert target.exists(), f"{page}: {link} leads nowhere"
        if anchor:
            assert anchor in anchors(target.read_text("utf-8")), f"{page}: no heading for {link}"


def test_every_picture_is_shown_and_light_enough() -> None:
    shown = {Path(link).name for p in EVERY_PAGE for link in links(p.read_text("utf-8"))}
    pictures = list((ROOT / "docs" / "pictures").glob("*.png"))
    assert pictures
    assert {p.name for p in pictures} <= shown
    assert all(p.stat().st_size <= 200_000 for p in pictures)


def test_every_page_of_the_documentation_can_be_found_from_the_readme() -> None:
    reached, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop().resolve()
        if page in reached or page.suffix != ".md" or not page.exists():
            continue
        reached.add(page)
        places = (link.partition("#")[0] for link in links(page.read_text("utf-8")))
        waiting += [page.parent / place for place in places if place]
    assert {str(p.relative_to(ROOT)) for p in EVERY_PAGE if p.resolve() not in reached} == set()
