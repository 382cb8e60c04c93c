"""The real server on a free port, and a Chromium that minds what the console says."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from salesops.foundations.clock import system_clock
from salesops.jobs.opening import open_files
from salesops.sample.company import simulate
from salesops.sample.salesforce import write_export
from tests.conftest import CHROMIUM

SIZE = 400
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--no-first-run",
]
DESK, PHONE = (1440, 900), (390, 844)
expect.set_options(timeout=60_000)


@contextmanager
def serving(book: Path, root: Path) -> Iterator[str]:
    """The link of `salesops serve` on a book, until the block ends."""
    server = subprocess.Popen(
        [str(Path(sys.executable).with_name("salesops")), "serve", "--book", str(book)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=root,
        env=os.environ | {"SALESOPS_STATIC": str(root / "static"), "COLUMNS": "200"},
    )
    try:
        assert server.stdout is not None
        said = ""
        for line in server.stdout:
            said += line
            found = re.search(r"http://127\.0\.0\.1:\d+/\?key=\S+", line)
            if found:
                yield found[0]
                break
        else:
            pytest.fail(f"The server did not start: {said}")
    finally:
        server.send_signal(signal.SIGINT)
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
        if server.stdout is not None:
            server.stdout.close()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all tests; each test has a context of its own."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def sample_export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample company as one zip."""
    folder = tmp_path_factory.mktemp("export")
    (export,) = write_export(simulate(SIZE, 1), folder / "WE_00D5g000004TxYzEAK_1.zip")
    return export


@pytest.fixture(scope="session")
def sample_link(tmp_path_factory: pytest.TempPathFactory, sample_export: Path) -> Iterator[str]:
    """The link to a book of the sample company that no test changes."""
    root = tmp_path_factory.mktemp("sample")
    open_files([sample_export], root / "book", system_clock)
    with serving(root / "book", root) as link:
        yield link


@pytest.fixture
def empty_link(tmp_path: Path) -> Iterator[str]:
    """The link to a place where no book is yet."""
    with serving(tmp_path / "book", tmp_path) as link:
        yield link


Enter = Callable[..., Page]


@pytest.fixture
def enter(chromium: Browser) -> Iterator[Enter]:
    """Opens a link: `enter(link, size=PHONE, theme="dark")`. The test fails where a console complained, but of answers
    with the status of `refusals`."""
    complaints: list[str] = []
    with ExitStack() as contexts:

        def opened(
            link: str,
            *,
            size: tuple[int, int] = DESK,
            theme: str = "light",
            scripts: bool = True,
            strict: bool = True,
            cookies: Sequence[Any] = (),
            refusals: str = "409|422",
        ) -> Page:
            context = chromium.new_context(
                viewport={"width": size[0], "height": size[1]},
                color_scheme="dark" if theme == "dark" else "light",
                java_script_enabled=scripts,
                bypass_csp=not strict,
                accept_downloads=True,
                reduced_motion="reduce",
            )
            contexts.callback(context.close)
            context.set_default_timeout(60_000)
            context.add_cookies(cookies)
            page = context.new_page()
            page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
            page.on(
                "console",
                lambda message: (
                    complaints.append(f"{page.url}: {message.text}")
                    if message.type in ("error", "warning")
                    and not re.search(f"status of ({refusals})", message.text)
                    else None
                ),
            )
            page.goto(link)
            return page

        yield opened
    assert complaints == []


def address(page: Page) -> str:
    """Path and query of where the page is."""
    return re.sub(r"^https?://[^/]+", "", page.url)


def site(link: str) -> str:
    """The origin of a link."""
    return link.split("/?")[0]
