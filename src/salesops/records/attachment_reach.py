"""Who may see the files of a record and who may add to them: whoever may see and edit the record itself."""

from __future__ import annotations

from salesops.foundations.whole_number import whole_number
from salesops.records.models import NOUNS
from salesops.records.request import CLOSED
from salesops.records.request_reach import requests_visible_to
from salesops.records.user import User
from salesops.records.visibility import editable_by, visible_to

REQUEST = "request"
# What files are kept with.
ATTACHABLE = ("opportunity", "account", "contact", "lead", REQUEST)


def sees_files_of(actor: User, noun: str, key: str) -> bool:
    """The login may see the record, and so its files."""
    if noun == REQUEST:
        return requests_visible_to(actor).filter(pk=whole_number(key) or 0).exists()
    return noun in ATTACHABLE and visible_to(actor, NOUNS[noun]).filter(pk=key).exists()


def may_attach_to(actor: User, noun: str, key: str) -> bool:
    """The login may add files to the record and take them away; to a request, whoever sees it while it is not closed."""
    if noun == REQUEST:
        asked = requests_visible_to(actor).filter(pk=whole_number(key) or 0)
        return asked.exclude(state=CLOSED).exists()
    return noun in ATTACHABLE and editable_by(actor, NOUNS[noun]).filter(pk=key).exists()
