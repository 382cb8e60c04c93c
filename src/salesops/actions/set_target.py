"""Deciding what a number is to reach in a period, and taking such a target back; each decision stays with who and why."""

from __future__ import annotations

from salesops.actions.changing import changing
from salesops.book.target import Key, words_of
from salesops.book.target import Target as Meant
from salesops.foundations.clock import Clock
from salesops.foundations.problem import Refusal
from salesops.records.change import Change, reason_of
from salesops.records.reach import EDIT_ALL
from salesops.records.target import Target
from salesops.records.user import User


def may_set_targets(user: User) -> bool:
    """Whether somebody may decide on targets."""
    return user.is_active and user.role in EDIT_ALL


def refuse_who_may_not(actor: User) -> None:
    """Refuse whoever may not decide on targets."""
    if not may_set_targets(actor):
        raise Refusal(
            "Only sales operations and administrators set targets; an analyst only looks. "
            "Send them a request."
        )


def edition_of(key: Key) -> str:
    """What tells the last decision about a target from others, to be handed back with a form."""
    return _edition(_last_about(key))


def set_target(
    actor: User,
    meant: Meant,
    clock: Clock,
    *,
    seen: str,
    reason: str = "",
    door: str = "browser",
) -> Change:
    """Have a target, in place of the one there is of the same number, period and team.

    `seen` is the edition somebody looked at: who was overtaken looks again.
    """
    refuse_who_may_not(actor)
    with changing(
        actor, "set_target", clock, door=door, reason=_told(meant.key, meant.goal, reason)
    ) as made:
        before = _refuse_overtaken(meant.key, seen)
        if before == meant:
            raise Refusal("Nothing of this is different.")
        Target.objects.create(
            change=made,
            kpi=meant.kpi,
            period=meant.period,
            team=meant.team,
            value=f"{meant.value:f}",
            is_most=meant.is_most,
            currency=meant.currency,
        )
    return made


def take_target_away(
    actor: User, key: Key, clock: Clock, *, seen: str, reason: str = "", door: str = "browser"
) -> Change:
    """Have no such target any more; what it was stays told."""
    refuse_who_may_not(actor)
    with changing(
        actor, "take_target_away", clock, door=door, reason=_told(key, "taken away", reason)
    ) as made:
        before = _refuse_overtaken(key, seen)
        if before is None:
            raise Refusal("There is no such target.")
        kpi, period, team = key
        Target.objects.create(change=made, kpi=kpi, period=period, team=team, value=None)
    return made


def _told(key: Key, what: str, reason: str) -> str:
    """What was decided and why, which a change keeps in one sentence or two."""
    return reason_of(f"{words_of(key)}: {what}. {reason}")


def _refuse_overtaken(key: Key, seen: str) -> Meant | None:
    """The target there is, where it is the one that was looked at. Of two at once the second waits for the first."""
    list(User.objects.select_for_update().filter(role__in=EDIT_ALL).order_by("pk"))
    last = _last_about(key)
    if seen != _edition(last):
        raise Refusal("Somebody decided on this target meanwhile. Look at it again.")
    return last.meant if last is not None else None


def _last_about(key: Key) -> Target | None:
    """The last decision about a target."""
    kpi, period, team = key
    rows = Target.objects.filter(kpi=kpi, period=period, team=team)
    last: Target | None = rows.order_by("-pk").first()
    return last


def _edition(last: Target | None) -> str:
    return "" if last is None else str(last.pk)
