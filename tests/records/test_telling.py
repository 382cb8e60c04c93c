"""What tells of a person is found however it is written, and what merely resembles it stays."""

from __future__ import annotations

import pytest

from salesops.records.telling import Telling, says_who, words_of

WORDS, ALONE = words_of(["Zoë Ruiz", "Ann"], ["zoe.ruiz@example.org"], ["+49 30 901820", "12"])
ZOE = Telling(WORDS, {"zoe-1": "erased-1", "zoe": "erased-2"})


@pytest.mark.parametrize(
    "text",
    [
        "Call Zoë Ruiz.",
        "ZOË  RUIZ",
        "Ruiz, Zoë",
        "Zoë Ruiz.txt",
        "Zoe\u0308 Ruiz",
        "/contacts?q=Zo%C3%AB+Ruiz",
        "Zoë_Ruiz_CV",
        "<zoe.ruiz@example.org>",
        "q=Zoe.Ruiz%40example.org",
        "tel 030/+49 (30) 901-820",
        "owner=zoe-1",
    ],
)
def test_a_mention_is_found(text: str) -> None:
    assert ZOE.is_in(text)
    assert "uiz" not in ZOE.cleaned(text)


@pytest.mark.parametrize(
    "text",
    [
        "Zoë Ruizdael",
        "Chloë-Zoë Ruizen",
        "azoe.ruiz@example.org",
        "zoe.ruiz@example.org.br",
        "Ann called, and the zoe was open",
        "1490309018201",
        "zoe-12",
    ],
)
def test_what_is_not_them_stays(text: str) -> None:
    assert ZOE.cleaned(text) == text


def test_json_is_cleaned_in_its_names_and_values() -> None:
    told = {"zoe": ["zoe", {"Zoë Ruiz": 1}], "n": 2}
    assert ZOE.cleaned_value(told) == {"erased-2": ["erased-2", {"[erased]": 1}], "n": 2}


def test_a_name_of_one_word_is_not_looked_for_and_told_as_such() -> None:
    assert ("Ann" in ALONE, "12" in WORDS) == (True, False)


def test_a_key_that_holds_a_part_of_a_name_or_address_says_who() -> None:
    assert says_who("zoe.ruiz@example.org", ["Z"], ["zoe.ruiz@example.org"])
    assert says_who("hubspot:RUIZ-7", ["Zoë Ruiz"], [])
    assert not says_who("0035g00002TyzE", ["Zoë Ruiz"], ["info@example.org"])
