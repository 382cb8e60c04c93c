"""Note that somebody looked at a record, for their own list of what they saw last."""

from __future__ import annotations

from salesops.foundations.clock import Clock
from salesops.records.recently_seen import RecentlySeen
from salesops.records.record import Record
from salesops.records.user import User

MOST = 30  # of each login are kept


def note_seen(actor: User, noun: type[Record], key: str, clock: Clock) -> None:
    """The record is the first of what the actor saw last. Looking at the same one again writes nothing."""
    table = noun._meta.db_table
    own = RecentlySeen.objects.filter(login=actor).order_by("-at", "-pk")
    if own.values_list("noun", "record_id").first() == (table, key):
        return
    RecentlySeen.objects.bulk_create(
        [RecentlySeen(login=actor, noun=table, record_id=key, at=clock())],
        update_conflicts=True,
        unique_fields=["login", "noun", "record_id"],
        update_fields=["at"],
    )
    RecentlySeen.objects.filter(pk__in=list(own.values_list("pk", flat=True)[MOST:])).delete()
