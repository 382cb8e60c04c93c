"""Two lookups: `among`, a column's value is one of a set, however large, given to the database as one parameter; and
`unsaid`, it is null.

On SQLite they say which index not to use, where it was seen to choose the wrong one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.db.models import CharField, ForeignObject, Lookup

# Of so many owners the first rows of a list are found sooner in the list's own order than by owner.
MANY = 200

if TYPE_CHECKING:
    _Lookup = Lookup[Any]
else:  # which takes no type where it runs
    _Lookup = Lookup


class Among(_Lookup):
    """`owner__among=ids`. With `in`, a leader of 2,000 people would send each id several times over."""

    lookup_name = "among"
    prepare_rhs = False

    def get_db_prep_lookup(self, value: Any, connection: Any) -> tuple[str, Any]:
        """The set as the database takes it: an array on PostgreSQL, a JSON text on SQLite."""
        found = sorted(value)
        return "%s", [found if connection.vendor == "postgresql" else json.dumps(found)]

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        """The condition."""
        column, before = self.process_lhs(compiler, connection)
        mark, values = self.process_rhs(compiler, connection)
        if connection.vendor == "postgresql":
            return f"{column} = ANY({mark}::text[])", [*before, *values]
        hint = "+" if len(self.rhs) > MANY else ""
        return f"{hint}{column} IN (SELECT value FROM json_each({mark}))", [*before, *values]


class Unsaid(_Lookup):
    """`opportunity__unsaid=True`: null. Half of a table may be; an index of that finds nothing."""

    lookup_name = "unsaid"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        """The condition."""
        column, before = self.process_lhs(compiler, connection)
        hint = "" if connection.vendor == "postgresql" else "+"
        return f"{hint}{column} IS NULL", list(before)


for _field in (CharField, ForeignObject):
    _field.register_lookup(Among)
ForeignObject.register_lookup(Unsaid)
