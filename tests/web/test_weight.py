"""Pages are light: script, style and markup within their budgets, and no Ibis for what was compiled before."""

from __future__ import annotations

import gzip
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

import salesops.web
from tests.web.test_markup import PAGES
from tests.web.visitor import Visitor

SCRIPT, STYLE, MARKUP, NODES = 25_000, 20_000, 40_000, 1_500


WEB = Path(salesops.web.__file__).parent
BASE = WEB / "templates" / "base.html"
_ASKED = re.compile(r"{% static '([^']+\.(?:js|css))' %}")


def _asked(template: Path, kind: str) -> set[str]:
    """The scripts or styles a template names."""
    return {name for name in _ASKED.findall(template.read_text("utf-8")) if name.endswith(kind)}


def _heaviest(kind: str) -> int:
    """Compressed bytes of the scripts or styles of the page that asks for most of them."""
    shared = _asked(BASE, kind)
    assert shared
    return max(
        sum(
            len(gzip.compress((settings.STATIC_ROOT / name).read_bytes(), 9))
            for name in shared | _asked(template, kind)
        )
        for template in WEB.rglob("*.html")
    )


def test_script_is_within_its_budget() -> None:
    assert _heaviest(".js") <= SCRIPT


def test_style_is_within_its_budget() -> None:
    assert _heaviest(".css") <= STYLE


@pytest.mark.parametrize("address", PAGES)
def test_markup_is_within_its_budget(sample: Visitor, address: str) -> None:
    page = sample.page(address)
    assert len(gzip.compress(page.source.encode(), 9)) <= MARKUP
    assert sum(1 for _ in page.walk()) <= NODES


def test_a_record_page_is_within_its_budget(sample: Visitor) -> None:
    ((key,),) = sample.book.engine.run(
        "SELECT opportunity_id FROM opportunity_version GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1"
    ).rows
    page = sample.page(f"/opportunities/{key}")
    assert len(gzip.compress(page.source.encode(), 9)) <= MARKUP
    assert sum(1 for _ in page.walk()) <= NODES


ASKING = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "salesops.web.settings"
import django
from django.conf import settings
settings.STATIC_ROOT = __import__("pathlib").Path(sys.argv[1])
django.setup()
from django.test import Client
client = Client(SERVER_NAME="127.0.0.1")
client.get("/", {"key": "k"})
for address in sys.argv[2:]:
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    if "ibis" in sys.modules:
        print(address, "imported Ibis")
        break
"""


def test_pages_whose_questions_were_compiled_need_no_ibis(sample: Visitor) -> None:
    records = [
        sample.page(f"/{kind}").all("a", class_="row lk")[0].attrs["href"]
        for kind in ("opportunities", "accounts", "people")
    ]
    addresses = [
        *(
            "/",
            "/found",
            "/numbers",
            "/opportunities",
            "/accounts",
            "/people",
            "/data",
            "/settings",
        ),
        *("/numbers/win_rate", "/numbers/cac", "/numbers/quota_attainment", "/find?q=a"),
        *records,
    ]
    for (
        address
    ) in addresses:  # what was not compiled with the program is compiled by the first reader
        assert sample.get(address).status_code == 200
    done = subprocess.run(
        [sys.executable, "-c", ASKING, str(settings.STATIC_ROOT), *addresses],
        env=os.environ | {"SALESOPS_BOOK": str(sample.folder), "SALESOPS_KEY": "k"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
