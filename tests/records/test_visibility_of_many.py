"""Who leads many people is asked for in another way, and is answered the same."""

from __future__ import annotations

import pytest

from salesops.records import among
from tests.records import test_visibility

pytestmark = pytest.mark.django_db


def test_every_noun_is_seen_as_the_rules_say_by_the_other_way_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(among, "MANY", -1)
    test_visibility.test_every_noun_is_seen_and_changed_as_the_rules_in_words_say()
