"""What each person may see and edit of each noun: one answer for pages, search, exports, books and totals.

Private by default. A record is seen by its owner, by those who manage the owner, by whom it was shared with and by
sales operations; what belongs to a record is seen with it. Everything here becomes a condition of one query.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from salesops.records.account import Account
from salesops.records.contact import Contact
from salesops.records.lead import Lead
from salesops.records.opportunity import Opportunity
from salesops.records.person import Person
from salesops.records.process_change import ProcessChange
from salesops.records.reach import LEADER, Reach, reach
from salesops.records.record import Record
from salesops.records.user import User

Rule = Callable[[Reach], Q]

NOBODYS = Q(pk__in=())


def visible_to(user: User, noun: type[Record]) -> QuerySet[Any]:
    """The records of `noun` that the login may see."""
    return visible_within(reach(user), noun)


def editable_by(user: User, noun: type[Record]) -> QuerySet[Any]:
    """The records of `noun` that the login may change; all of them are visible to it as well."""
    return editable_within(reach(user), noun)


def visible_within(
    scope: Reach, noun: type[Record], *, also_deleted: bool = False
) -> QuerySet[Any]:
    """The records of `noun` within a reach that was worked out before, without those that were taken away."""
    there = _there(noun, also_deleted=also_deleted)
    if not scope.is_known:
        return there.none()
    return there if scope.is_all else there.filter(_SEEN[noun._meta.db_table](scope))


def editable_within(
    scope: Reach, noun: type[Record], *, also_deleted: bool = False
) -> QuerySet[Any]:
    """The records of `noun` that may be changed within a reach; of those that were taken away, brought back."""
    there = _there(noun, also_deleted=also_deleted)
    if not scope.is_known or (scope.is_all and not scope.edits_all):
        return there.none()
    if scope.is_all:
        return there
    rule = _EDITED.get(noun._meta.db_table)
    return there.filter(rule(scope)) if rule else there.none()


def _there(noun: type[Record], *, also_deleted: bool) -> QuerySet[Any]:
    return noun.objects.all() if also_deleted else noun.objects.filter(deleted_at__isnull=True)


def _everybody(scope: Reach) -> Q:  # noqa: ARG001  whoever is known
    return Q()


def _operations(scope: Reach) -> Q:  # noqa: ARG001  who sees all never comes here
    return NOBODYS


def _own(scope: Reach, by: str = "owner") -> Q:
    return Q(**{f"{by}__among": scope.owner_ids})


def _own_or_shared(scope: Reach, noun: str) -> Q:
    return _own_or(scope, scope.shared.get(noun))


def _own_or_shared_to_edit(scope: Reach, noun: str) -> Q:
    return _own_or(scope, scope.shared_to_edit.get(noun))


def _own_or(scope: Reach, shared: frozenset[str] | None) -> Q:
    return _own(scope) | Q(pk__among=shared) if shared else _own(scope)


def _row_by_row(scope: Reach) -> bool:
    """Whether what a row names is looked for with each row, and not gathered before. A page needs few rows, and the
    deals of a team are many: a hundredth of the time on SQLite. PostgreSQL gathers faster, and what one person owns
    is soon gathered."""
    leads = scope.owner_ids is not None and len(scope.owner_ids) > 1
    return leads and connection.vendor == "sqlite"


def _of(scope: Reach, found: QuerySet[Any], column: str) -> Q:
    """What `column` names is found."""
    if _row_by_row(scope):
        return Q(Exists(found.filter(pk=OuterRef(f"{column}_id"))))
    return Q(**{f"{column}__in": found.values("pk")})


def _account(scope: Reach) -> Q:
    deals = visible_within(scope, Opportunity)
    if _row_by_row(scope):
        with_deals = Q(Exists(deals.filter(account=OuterRef("pk"))))
    else:
        with_deals = Q(pk__in=deals.filter(account__isnull=False).values("account_id"))
    return _own_or_shared(scope, "account") | with_deals


def _contact(scope: Reach) -> Q:
    seen = visible_within(scope, Account)
    return _own_or_shared(scope, "contact") | _of(scope, seen, "account")


def _of_opportunity(scope: Reach) -> Q:
    return _of(scope, visible_within(scope, Opportunity), "opportunity")


def _of_editable_opportunity(scope: Reach) -> Q:
    return _of(scope, editable_within(scope, Opportunity), "opportunity")


def _split(scope: Reach) -> Q:
    return _own(scope, "person") | _of_opportunity(scope)


def _activity(scope: Reach) -> Q:
    return _own(scope) | _belongs(scope, visible_within)


def _belongs(scope: Reach, within: Callable[[Reach, type[Record]], QuerySet[Any]]) -> Q:
    """An activity belongs to the closest thing it names: with a deal of somebody else's at an account that is seen
    for another deal, the account does not open it."""

    def of(noun: type[Record]) -> Q:
        return _of(scope, within(scope, noun), noun._meta.db_table)

    no_deal = Q(opportunity__unsaid=True)
    no_lead = no_deal & Q(lead__unsaid=True)
    no_account = no_lead & Q(account__unsaid=True)
    return of(Opportunity) | no_deal & of(Lead) | no_lead & of(Account) | no_account & of(Contact)


def _quota(scope: Reach) -> Q:
    of_the_team = Q(person__isnull=True, team=scope.team) if scope.team else NOBODYS
    return _own(scope, "person") | of_the_team


def _process_change(scope: Reach) -> Q:
    """Those for somebody whose records are seen, or for a team with such people. There are few, and each names several."""
    people = scope.owner_ids or frozenset()
    on_teams = Person.objects.filter(pk__among=people, deleted_at=None).exclude(team=None)
    teams = frozenset(on_teams.values_list("team", flat=True))
    there = ProcessChange.objects.values_list("pk", "teams", "people")
    return Q(pk__in=[key for key, of, for_ in there if teams & {*of} or people & {*for_}])


def _led_process_change(scope: Reach) -> Q:
    """Those that are for nobody but people whom a leader leads."""
    teams, people = _led_by(scope)
    there = ProcessChange.objects.values_list("pk", "teams", "people") if people else ()
    return Q(pk__in=[key for key, of, for_ in there if teams >= {*of} and people >= {*for_}])


def leads_all(scope: Reach, teams: Iterable[str], people: Iterable[str]) -> bool:
    """Everybody on the teams, and each of the people, is one whom a leader of this reach leads."""
    led_teams, led = _led_by(scope)
    return led_teams >= {*teams} and led >= {*people}


def _led_by(scope: Reach) -> tuple[frozenset[str], frozenset[str]]:
    """The teams and the people whom a leader of this reach leads, themselves among them; of anybody else none."""
    if scope.role != LEADER:
        return frozenset(), frozenset()
    return teams_led(scope), scope.owner_ids or frozenset()


def teams_led(scope: Reach) -> frozenset[str]:
    """The teams on which nobody works whose records are not seen."""
    there = Person.objects.filter(deleted_at=None).exclude(team=None)
    if scope.owner_ids is not None:
        own = there.filter(pk__among=scope.owner_ids).values_list("team", flat=True)
        others = there.exclude(pk__among=scope.owner_ids).exclude(is_active=False)
        return frozenset(own) - frozenset(others.values_list("team", flat=True))
    return frozenset(there.values_list("team", flat=True))


_SEEN: dict[str, Rule] = {
    "person": _everybody,
    "team_membership": _everybody,
    "pipeline_stage": _everybody,
    "exchange_rate": _everybody,
    "custom_field": _everybody,
    "process_change": _process_change,
    "product": _everybody,
    "campaign": _everybody,
    "campaign_spend": _operations,
    "account": _account,
    "contact": _contact,
    "lead": lambda scope: _own_or_shared(scope, "lead"),
    "opportunity": lambda scope: _own_or_shared(scope, "opportunity"),
    "opportunity_line": _of_opportunity,
    "opportunity_split": _split,
    "opportunity_contact": _of_opportunity,
    "activity": _activity,
    "quota": _quota,
    "cost": _operations,
    "recurring_revenue": _operations,
}

# What is not here is changed by sales operations alone: splits and quotas as well, which decide what is paid.
_EDITED: dict[str, Rule] = {
    "account": lambda scope: _own_or_shared_to_edit(scope, "account"),
    "contact": lambda scope: (
        _own_or_shared_to_edit(scope, "contact")
        | _of(scope, editable_within(scope, Account), "account")
    ),
    "lead": lambda scope: _own_or_shared_to_edit(scope, "lead"),
    "opportunity": lambda scope: _own_or_shared_to_edit(scope, "opportunity"),
    "opportunity_line": _of_editable_opportunity,
    "opportunity_contact": _of_editable_opportunity,
    "activity": lambda scope: _own(scope) | _belongs(scope, editable_within),
    "process_change": _led_process_change,
}
