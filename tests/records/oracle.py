"""What each may see and change, worked out record by record from the rules in words, and by nothing of the program's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

SEE_ALL = ["administrator", "vp", "manager", "analyst", "representative"]
ONLY_LOOKS = "analyst"
FOR_ALL = ["person", "team_membership", "pipeline_stage", "exchange_rate", "product", "campaign"]
FOR_OPERATIONS = ["campaign_spend", "cost", "recurring_revenue"]
EDITED_BY_SELLERS = [
    "account", "contact", "lead", "opportunity", "opportunity_line", "opportunity_contact", "activity",
]  # fmt: skip

Row = dict[str, Any]
Rule = Callable[["World", Row, str, Row], bool]


@dataclass
class World:
    """An organisation and what it keeps: rows by table, shares, and logins."""

    rows: dict[str, list[Row]] = field(default_factory=dict)
    shares: list[Row] = field(default_factory=list)

    def find(self, table: str, key: str | None) -> Row | None:
        """The row, unless it was deleted."""
        for row in self.rows[table]:
            if row["id"] == key and not row["deleted"]:
                return row
        return None


def sees(world: World, login: Row, table: str, row: Row) -> bool:
    """The login may see the row."""
    if row["deleted"] or not login["is_active"]:
        return False
    if login["role"] in SEE_ALL:
        return True
    me = world.find("person", login["person_id"])
    if me is None or table in FOR_OPERATIONS:
        return False
    if table in FOR_ALL:
        return True
    if table == "quota":
        leads_it = bool(
            login["role"] == "sales_leader" and me["team"] and row["team"] == me["team"]
        )
        if row["person_id"] is None:
            return leads_it
        return manages(world, login, me, row["person_id"])
    owner = row["person_id"] if table == "opportunity_split" else row.get("owner_id")
    if owner is not None and manages(world, login, me, owner):
        return True
    if shares_with(world, me, table, row):
        return True
    return _belongs_to_seen(world, login, table, row)


def edits(world: World, login: Row, table: str, row: Row) -> bool:
    """The login may change the row."""
    if row["deleted"] or not login["is_active"]:
        return False
    if login["role"] in SEE_ALL:
        return bool(login["role"] != ONLY_LOOKS)
    me = world.find("person", login["person_id"])
    if me is None or table not in EDITED_BY_SELLERS:
        return False
    owner = row.get("owner_id")
    if owner is not None and manages(world, login, me, owner):
        return True
    if any(share["may_edit"] for share in shares_with(world, me, table, row)):
        return True
    if table == "contact":
        return _may(edits, world, login, "account", row["account_id"])
    if table in ("opportunity_line", "opportunity_contact"):
        return _may(edits, world, login, "opportunity", row["opportunity_id"])
    return table == "activity" and _belongs(edits, world, login, row)


def shares_with(world: World, me: Row, table: str, row: Row) -> list[Row]:
    """The shares of the row that stand, with somebody or with their team."""
    of_it = [s for s in world.shares if (s["noun"], s["record_id"]) == (table, row["id"])]
    return [
        s
        for s in of_it
        if not s["ended"]
        and (s["person_id"] == me["id"] or (s["person_id"] is None and s["team"] == me["team"]))
    ]


def _belongs_to_seen(world: World, login: Row, table: str, row: Row) -> bool:
    if table == "account":
        return any(
            deal["account_id"] == row["id"] and sees(world, login, "opportunity", deal)
            for deal in world.rows["opportunity"]
        )
    if table == "contact":
        return _may(sees, world, login, "account", row["account_id"])
    if table in ("opportunity_line", "opportunity_split", "opportunity_contact"):
        return _may(sees, world, login, "opportunity", row["opportunity_id"])
    return table == "activity" and _belongs(sees, world, login, row)


def _may(rule: Rule, world: World, login: Row, table: str, key: str | None) -> bool:
    found = world.find(table, key)
    return found is not None and rule(world, login, table, found)


def _belongs(rule: Rule, world: World, login: Row, activity: Row) -> bool:
    """An activity follows the closest thing that it names."""
    for of in ("opportunity", "lead", "account", "contact"):
        if activity[f"{of}_id"] is not None:
            return _may(rule, world, login, of, activity[f"{of}_id"])
    return False


def manages(world: World, login: Row, me: Row, owner: str) -> bool:
    """The owner is `me` or, for a leader, stands below them, through people who are there."""
    person = world.find("person", owner)
    if login["role"] == "salesperson":
        return bool(owner == me["id"])
    met = []
    while person is not None and person["id"] not in met:
        if person["id"] == me["id"]:
            return True
        met.append(person["id"])
        person = world.find("person", person["manager_id"])
    return False
