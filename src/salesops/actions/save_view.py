"""Keep a view of a list under a name, change it, and take it away."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from salesops.actions.changing import changing
from salesops.actions.edit_record import Unfit
from salesops.foundations.clock import Clock
from salesops.foundations.problem import Refusal
from salesops.records.organisation import teams_now
from salesops.records.person import Person
from salesops.records.reach import ADMINISTRATORS, LEADER, SEE_ALL, above
from salesops.records.saved_view import NAME_LENGTH, QUERY_LENGTH, SavedView
from salesops.records.user import User


def views_of(actor: User, noun: str) -> QuerySet[SavedView]:
    """The views of a list that somebody has: their own, those that sales operations share with everybody or with their
    team, and those of who leads them."""
    on = Person.objects.filter(pk=actor.person_id, deleted_at=None).exclude(team=None)
    teams = ["", *on.values_list("team", flat=True)]
    has = Q(owner=actor) | Q(is_shared=True, team__in=teams, owner__role__in=SEE_ALL)
    if actor.person_id and actor.role not in SEE_ALL:
        leads = {"owner__role": LEADER, "owner__person_id__in": above(actor.person_id)}
        has |= Q(is_shared=True, **leads)
    return SavedView.objects.filter(has, noun=noun, taken_away_by=None).order_by("name", "pk")


def may_share_views(actor: User) -> bool:
    """Sales operations decide which views everybody has, and who leads others which these have."""
    return actor.is_active and (actor.role in SEE_ALL or actor.role == LEADER)


def may_choose_team(actor: User) -> bool:
    """Sales operations share a view with everybody or with one team; who leads others shares it with these."""
    return actor.is_active and actor.role in SEE_ALL


def may_change_view(actor: User, view: SavedView) -> bool:
    """Who made it may; of those for everybody an administrator as well."""
    return view.owner_id == actor.pk or (view.is_shared and actor.role in ADMINISTRATORS)


def save_view(
    actor: User,
    noun: str,
    name: str,
    query: str,
    clock: Clock,
    *,
    is_shared: bool = False,
    team: str = "",
    is_pinned: bool = False,
) -> SavedView:
    """A new view of the actor's, under a name they have not given to another of this list; with a `team`, for that alone."""
    view = SavedView(owner=actor, noun=noun)
    return _keep(actor, view, clock, name, query, is_shared, team, is_pinned)


def change_view(
    actor: User,
    view: SavedView,
    clock: Clock,
    *,
    name: str | None = None,
    query: str | None = None,
    is_shared: bool | None = None,
    team: str | None = None,
    is_pinned: bool | None = None,
) -> SavedView:
    """Give a view another name, another content, or other people; what is None stays."""
    _refuse_who_may_not(actor, view)
    return _keep(
        actor,
        view,
        clock,
        view.name if name is None else name,
        view.query if query is None else query,
        view.is_shared if is_shared is None else is_shared,
        view.team if team is None else team,
        view.is_pinned if is_pinned is None else is_pinned,
    )


def take_view_away(actor: User, view: SavedView, clock: Clock) -> None:
    """Nobody has the view any more."""
    _refuse_who_may_not(actor, view)
    with changing(actor, "take_view_away", clock, reason=_told(view)) as change:
        if not SavedView.objects.filter(pk=view.pk, taken_away_by=None).update(
            taken_away_by=change
        ):
            raise Refusal("This view was deleted already.")


def _keep(
    actor: User,
    view: SavedView,
    clock: Clock,
    name: str,
    query: str,
    is_shared: bool,
    team: str,
    is_pinned: bool,
) -> SavedView:
    wanted = " ".join(name.split())
    if not wanted or len(wanted) > NAME_LENGTH:
        raise Unfit("name", f"Give the view a name of up to {NAME_LENGTH} letters.")
    if len(query) > QUERY_LENGTH:
        raise Refusal("These filters are too long to be kept. Shorten the condition.")
    if is_shared and not view.is_shared and not may_share_views(actor):
        raise Refusal("Only sales operations, and who leads others, share views.")
    team = team if is_shared else ""
    if team and team != view.team:
        _refuse_team(actor, team)
    view.name, view.query, view.is_pinned = wanted, query, is_pinned
    view.is_shared, view.team = is_shared, team
    verb = "change_view" if view.pk else "save_view"
    try:
        with changing(actor, verb, clock, reason=_told(view)) as change, transaction.atomic():
            if not view.pk:
                view.made_by = change
            view.save()
    except IntegrityError as error:
        raise Unfit("name", f"You have a view “{wanted}” of this list already.") from error
    return view


def _refuse_team(actor: User, team: str) -> None:
    if not may_choose_team(actor):
        raise Refusal("Only sales operations share a view with a team by its name.")
    if team not in teams_now():
        raise Refusal(f"Nobody is in a team {team} now. Choose one of the list.")


def _refuse_who_may_not(actor: User, view: SavedView) -> None:
    if not may_change_view(actor, view):
        raise Refusal(f"“{view.name}” is not yours to change. Save your own view instead.")


def _told(view: SavedView) -> str:
    whose = "those they lead" if view.owner.role == LEADER else view.team or "everybody"
    return f"{view.noun}: {view.name}" + (f" for {whose}" if view.is_shared else "")
