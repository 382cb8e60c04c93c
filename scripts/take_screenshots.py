"""Take the pictures of the documentation: serve the sample company and its office, walk their pages, keep each as PNG.

`make screenshots` runs it. The same company is simulated every time, so a picture of its book changes only when
a page does; an office speaks of today.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

import salesops
from salesops.book.settings import Settings, save_settings
from salesops.cli.demonstrating import ADDRESSES, LOGINS
from salesops.cli.opening import open_sample
from salesops.sample.company import simulate
from salesops.sample.salesforce import write_files

PICTURES = Path(__file__).parents[1] / "docs" / "pictures"
SIZE, SEED = 4000, 1
MOST_BYTES = 200_000
DROPPED = ("opportunity.csv", "account.csv", "person.csv")


@dataclass(frozen=True)
class Shot:
    """One picture: which page, how large the window is, and in which theme."""

    name: str
    path: str
    width: int = 1440
    height: int = 860
    theme: str = "light"


def main() -> None:
    """Write every picture into docs/pictures; says so where one is too heavy for a page."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        sys.exit("Chromium is not installed. On Debian: apt-get install chromium.")
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        book = Path(scratch) / "northgate"
        book.mkdir()
        save_settings(book, Settings(title="Northgate Instruments"))
        open_sample(book, SIZE, SEED)
        write_files(simulate(400, SEED), Path(scratch) / "files", kind="csv")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        with _served(book, Path(scratch) / "static") as link:
            for shot in _shots(book):
                with _page(browser, shot, link) as page:
                    page.goto(f"{_root(link)}{shot.path}", wait_until="networkidle")
                    _keep(page, shot.name)
            opening = Shot("first-five-minutes", "/open")
            with _page(browser, opening, link) as page:
                _drop(page, _root(link), [Path(scratch) / "files" / name for name in DROPPED])
                _keep(page, opening.name)
        _picture_office(browser, Path(scratch) / "office", Path(scratch) / "static")
        browser.close()


def _picture_office(browser: Browser, office: Path, assets: Path) -> None:
    """The sample office, through the eyes of a salesperson and of a manager of sales operations."""
    command = [str(Path(sys.executable).with_name("salesops")), "demo", "--office", str(office)]
    command += ["--size", str(SIZE), "--seed", str(SEED)]
    subprocess.run([*command, "--no-serve"], check=True, stderr=subprocess.DEVNULL)
    passwords = json.loads((office / LOGINS).read_text("utf-8"))
    with _server([*command, "--port"], {"SALESOPS_STATIC": str(assets)}) as root:
        for shot, role in (
            (Shot("office-home", "/"), "salesperson"),
            (Shot("office-list", "/opportunities", height=600), "manager"),
        ):
            with _page(browser, shot, f"{root}/sign-in") as page:
                page.fill("input[name=login]", ADDRESSES[role])
                page.fill("input[name=password]", passwords[role])
                page.press("input[name=password]", "Enter")
                page.wait_for_load_state("networkidle")
                page.goto(f"{root}{shot.path}", wait_until="networkidle")
                _keep(page, shot.name)


def _shots(book: Path) -> list[Shot]:
    return [
        Shot("home", "/"),
        Shot("home-dark", "/", theme="dark"),
        Shot("home-phone", "/", width=390, height=844),
        Shot("number", "/numbers/win_rate?by=team"),
        Shot("opportunity", f"/opportunities/{_eventful_deal(book)}"),
    ]


def _eventful_deal(book: Path) -> str:
    """The won deal with the most in its history: the lowest id of those."""
    found = salesops.open(book).engine.run(
        "SELECT o.id FROM opportunity o JOIN opportunity_version v ON v.opportunity_id = o.id "
        "WHERE o.is_won GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1"
    )
    return str(found.rows[0][0])


def _drop(page: Page, root: str, files: list[Path]) -> None:
    """Drop files as a person does, and wait for what was recognised in them."""
    page.goto(f"{root}/open", wait_until="networkidle")
    page.set_input_files("input[type=file]", [str(f) for f in files])
    page.click("[data-send]")
    page.wait_for_url("**/columns", timeout=60_000)
    page.wait_for_load_state("networkidle")


@contextmanager
def _page(browser: Browser, shot: Shot, link: str) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": shot.width, "height": shot.height},
        color_scheme="dark" if shot.theme == "dark" else "light",
        reduced_motion="reduce",
        locale="en-GB",
        timezone_id="UTC",
    )
    page = context.new_page()
    missing: list[str] = []
    page.on("response", lambda r: missing.append(r.url) if r.status >= 400 else None)
    page.goto(link)
    yield page
    context.close()
    if missing:
        sys.exit(f"The picture of {shot.path} lacks {', '.join(missing)}.")


def _keep(page: Page, name: str) -> None:
    target = PICTURES / f"{name}.png"
    page.evaluate("document.fonts.ready")
    page.screenshot(path=target, animations="disabled", caret="hide")
    size = target.stat().st_size
    print(f"{target.name}: {size / 1000:.0f} KB")
    if size > MOST_BYTES:
        sys.exit(f"{target} is heavier than {MOST_BYTES // 1000} KB. Show less in it.")


@contextmanager
def _served(book: Path, assets: Path) -> Iterator[str]:
    """The command itself, as a person starts it, with assets built anew; gives the link it prints."""
    key = secrets.token_urlsafe(24)
    command = [str(Path(sys.executable).with_name("salesops")), "serve", "--book", str(book)]
    said = {"SALESOPS_KEY": key, "SALESOPS_STATIC": str(assets)}
    with _server([*command, "--port"], said) as root:
        yield f"{root}/?key={key}"


@contextmanager
def _server(command: list[str], said: dict[str, str]) -> Iterator[str]:
    """What a command serves at the port that it is told last."""
    port = _free_port()
    server = subprocess.Popen(
        [*command, str(port)],
        env={**os.environ, **said},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(port, server)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(timeout=30)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    while server.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    sys.exit("The server ended before it answered.")


def _root(link: str) -> str:
    return link.partition("/?")[0]


if __name__ == "__main__":
    main()
