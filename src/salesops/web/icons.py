"""The icons the pages use, as one sprite."""

import re
import zipfile
from functools import lru_cache
from pathlib import Path

import lucide
from django.http import HttpRequest, HttpResponse

NAMES = (
    "house chart-spline handshake building-2 users database settings search upload arrow-right arrow-up arrow-down "
    "check circle-check circle-alert triangle-alert info download printer sun-moon menu x file-spreadsheet "
    "file-archive user-round calendar history columns-3 chevron-right chevron-down clock lightbulb keyboard list-checks "
    "layers list-plus magnet sliders-horizontal merge network plus wrench paperclip waypoints"
).split()


@lru_cache
def sprite() -> str:
    """All icons as symbols of one SVG."""
    symbols = []
    with zipfile.ZipFile(Path(lucide.__file__).parent / "lucide.zip") as archive:
        for name in NAMES:
            drawing = archive.read(f"{name}.svg").decode()
            found = re.search(r"<svg[^>]*>(.*)</svg>", drawing, re.S)
            body = " ".join(found.group(1).split()) if found else ""
            symbols.append(
                f'<symbol id="{name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" '
                f'stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round">{body}</symbol>'
            )
    return f'<svg xmlns="http://www.w3.org/2000/svg">{"".join(symbols)}</svg>'


def icons(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """The sprite; it changes only with the program."""
    response = HttpResponse(sprite(), content_type="image/svg+xml")
    response["Cache-Control"] = "private, max-age=86400"
    return response
