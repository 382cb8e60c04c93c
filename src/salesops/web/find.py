"""What the palette finds while somebody types: deals, accounts, people and numbers."""

from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from salesops.kpis import KPIS
from salesops.web.books import manifest, whole_book

MOST = 6
_KINDS = (
    ("opportunity", "/opportunities/", "handshake", "stage"),
    ("account", "/accounts/", "building-2", "industry"),
    ("person", "/people/", "users", "team"),
)


def find(request: HttpRequest) -> HttpResponse:
    """The best few of each kind for `q`, names that begin with it first."""
    text = request.GET.get("q", "").strip().lower()
    found = []
    if len(text) >= 2:
        found += _numbers(text)
        if manifest():
            engine = whole_book().engine
            for table, address, icon, note in _KINDS:
                rows = engine.run(
                    f"SELECT id, name, {note} FROM {table} WHERE contains(lower(name), $text) "
                    "ORDER BY NOT starts_with(lower(name), $text), name LIMIT $most",
                    {"text": text, "most": MOST},
                ).rows
                found += [
                    {
                        "url": address + quote(r[0], safe=""),
                        "icon": icon,
                        "title": r[1],
                        "note": r[2] or "",
                    }
                    for r in rows
                ]
    return render(request, "found_options.html", {"found": found})


def _numbers(text: str) -> list[dict[str, str]]:
    """KPIs that have every word, those whose title begins with the text first, short titles first."""
    fitting = [
        k for k in KPIS.values() if all(w in f"{k.title} {k.name}".lower() for w in text.split())
    ]
    fitting.sort(key=lambda k: (not k.title.lower().startswith(text), len(k.title)))
    return [
        {"url": f"/numbers/{k.name}", "icon": "chart-spline", "title": k.title, "note": "Number"}
        for k in fitting[:MOST]
    ]
