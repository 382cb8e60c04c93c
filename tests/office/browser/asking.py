"""What a reader's own browser is answered at addresses no page of theirs leads to: whether they learn of what is not
theirs."""

from __future__ import annotations

from typing import NamedTuple

from playwright.sync_api import Page, expect

from tests.web.markup import read_markup

_ASK = """async ([to, form]) => {
  const token = document.querySelector('[name=csrfmiddlewaretoken]')?.value;
  const body = form && new URLSearchParams([...Object.entries(form), ['csrfmiddlewaretoken', token]]);
  const answer = await fetch(to, body ? {method: 'POST', body} : {});
  return [answer.status, await answer.text(), answer.headers.get('Content-Type')];
}"""


class Answer(NamedTuple):
    """The status, and what is to be read: of a page its main part."""

    status: int
    text: str


def asked(page: Page, to: str, **form: str) -> Answer:
    """What the browser of a page is answered at an address; with a form, posted as that page's own forms are."""
    status, text, kind = page.evaluate(_ASK, [to, form or None])
    main = read_markup(text).all("main") if kind.startswith("text/html") else []
    return Answer(status, main[0].text if main else text)


def is_nowhere(page: Page, to: str, **form: str) -> bool:
    """The address answers as one that leads nowhere does."""
    answer = asked(page, to, **form)
    return answer.status == 404 and answer.text.startswith("Nothing is here")


def palette_finds_nothing(page: Page, text: str) -> None:
    """The palette knows of nothing that is called so."""
    page.keyboard.press("Control+k")
    expect(page.locator("#palette input")).to_be_focused()
    page.keyboard.type(text)
    expect(page.get_by_text("Nothing is called so.")).to_be_visible()
    page.keyboard.press("Escape")
