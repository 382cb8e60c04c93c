"""What each may see, worked out record by record from the rules in words, and by nothing of the program's."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

SEE_ALL = ["administrator", "vp", "manager", "analyst", "representative"]
FOR_ALL = ["person", "team_membership", "pipeline_stage", "exchange_rate", "product", "campaign"]
FOR_OPERATIONS = ["campaign_spend", "cost", "recurring_revenue"]

Row = dict[str, Any]


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
        return _mine(world, login, me, row["person_id"])
    owner = row["person_id"] if table == "opportunity_split" else row.get("owner_id")
    if owner is not None and _mine(world, login, me, owner):
        return True
    for share in world.shares:
        if (share["noun"], share["record_id"]) == (table, row["id"]) and not share["ended"]:
            if share["person_id"] == me["id"]:
                return True
            if share["person_id"] is None and share["team"] == me["team"]:
                return True
    return _belongs_to_seen(world, login, table, row)


def _belongs_to_seen(world: World, login: Row, table: str, row: Row) -> bool:
    def seen(of: str, key: str | None) -> bool:
        found = world.find(of, key)
        return found is not None and sees(world, login, of, found)

    if table == "account":
        return any(
            deal["account_id"] == row["id"] and sees(world, login, "opportunity", deal)
            for deal in world.rows["opportunity"]
        )
    if table == "contact":
        return seen("account", row["account_id"])
    if table in ("opportunity_line", "opportunity_split"):
        return seen("opportunity", row["opportunity_id"])
    if table == "activity":
        for of in ("opportunity", "lead", "account", "contact"):
            if row[f"{of}_id"] is not None:
                return seen(of, row[f"{of}_id"])
    return False


def _mine(world: World, login: Row, me: Row, owner: str) -> bool:
    """The owner is me or, for a leader, stands below me, through people who are there."""
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
