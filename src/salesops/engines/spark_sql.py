"""SQL written for DuckDB in the words of Spark, with its values in it; what would mean something else there is put right."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import sqlglot
from sqlglot import expressions as sql

from salesops.engines.literals import literal
from salesops.foundations.problem import Refusal


def in_spark_sql(
    text: str,
    values: Mapping[str, Any] | Sequence[Any],
    called: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """SQL of DuckDB with `$name` or `?` as SQL of Spark; `called` are the tables that have another name there.

    Values are written into it: one bound to a statement would be read in the zone of the machine.
    """
    tree: sql.Expr = sqlglot.parse_one(text, read="duckdb")
    unnamed = iter([] if isinstance(values, Mapping) else values)
    for mark in list(tree.find_all(sql.Placeholder, sql.Parameter, bfs=False)):
        has_name = mark.name not in ("", "?")
        value = values[mark.name] if has_name else next(unnamed)  # type: ignore[call-overload]
        mark.replace(sqlglot.parse_one(literal(value), read="duckdb"))
    for table in tree.find_all(sql.Table):
        if table.name in called:
            table.set("alias", table.args.get("alias") or sql.TableAlias(this=table.this.copy()))
            table.set("this", sql.to_identifier(called[table.name]))
    for kind, change in _CHANGES:
        # What is within is put right first, as what is around it is made of it.
        for node in reversed(list(tree.find_all(kind))):
            changed = change(node)
            if node is tree:
                tree = changed
            elif changed is not node:
                node.replace(changed)
    return tree.sql(dialect="spark")


def _without_materialized(table: sql.CTE) -> sql.Expr:
    """Spark decides by itself what it keeps."""
    table.set("materialized", None)
    return table


def _days(call: sql.ToDays) -> sql.Expr:
    """So many days, as Spark calls them."""
    return sql.Anonymous(this="MAKE_DT_INTERVAL", expressions=[call.this.copy()])


def _microseconds(call: sql.Anonymous) -> sql.Expr:
    """An instant without a zone is one in UTC, as the session's zone is."""
    if call.name.lower() != "epoch_us":
        return call
    (moment,) = call.expressions
    return sqlglot.parse_one(
        f"UNIX_MICROS(CAST({moment.sql('spark')} AS TIMESTAMP_LTZ))", read="spark"
    )


def _in_pairs(asked: sql.In) -> sql.Expr:
    """`(a, b) IN (SELECT (c, d) …)` asks in Spark for two columns and not for one of pairs."""
    query = asked.args.get("query")
    select = query.this if isinstance(query, sql.Subquery) else query
    if isinstance(asked.this, sql.Tuple) and isinstance(select, sql.Select):
        (pair,) = select.expressions
        if isinstance(pair, sql.Tuple):
            select.set("expressions", pair.expressions)
    return asked


def _star(star: sql.Star) -> sql.Expr:
    """Columns that are replaced are left out of the star and stand behind it: who reads them does so by name."""
    replaced = star.args.get("replace")
    if not replaced:
        return star
    names = [sql.column(each.alias) for each in replaced]
    star.set("replace", None)
    star.set("except_", [*(star.args.get("except_") or []), *names])
    select = star.find_ancestor(sql.Select)
    if select is not None:
        select.set("expressions", [*select.expressions, *replaced])
    return star


def _interpolated(quantile: sql.PercentileCont) -> sql.Expr:
    column, share = quantile.this, quantile.expression
    return sql.Anonymous(this="PERCENTILE", expressions=[column.copy(), share.copy()])


def _exact(quantile: sql.PercentileDisc) -> sql.Expr:
    """Left to itself the translation would ask for an approximate one."""
    if isinstance(quantile.parent, sql.WithinGroup):
        return quantile
    column, share = quantile.this, quantile.expression
    return sql.WithinGroup(
        this=sql.Anonymous(this="PERCENTILE_DISC", expressions=[share.copy()]),
        expression=sql.Order(expressions=[sql.Ordered(this=column.copy())]),
    )


def _ordered_list(made: sql.ArrayAgg) -> sql.Expr:
    """Spark's lists have no order of their own: they are sorted with what they are to be ordered by, which is dropped."""
    order = made.this
    if not isinstance(order, sql.Order):
        return made
    if any(each.args.get("desc") for each in order.expressions):
        raise Refusal("Spark makes no list in descending order.")
    keys = [each.this.sql("spark") for each in order.expressions]
    fields = ", ".join(f"{key} AS k{place}" for place, key in enumerate(keys))
    listed = f"COLLECT_LIST(STRUCT({fields}, {order.this.sql('spark')} AS told))"
    return sqlglot.parse_one(f"TRANSFORM(SORT_ARRAY({listed}), e -> e.told)", read="spark")


def _side_by_side(select: sql.Select) -> sql.Expr:
    """Lists that become rows beside each other do so as one."""
    lists = [each for each in select.expressions if isinstance(each.unalias(), _ROWS_OF_A_LIST)]
    if len(lists) < 2:
        return select
    if len(lists) != len(select.expressions):
        raise Refusal("Spark makes rows of several lists only where nothing stands beside them.")
    zipped = ", ".join(_list_of(each.unalias()).sql("spark") for each in lists)
    names = ", ".join(each.alias for each in lists)
    return sqlglot.parse_one(f"SELECT INLINE(ARRAYS_ZIP({zipped})) AS ({names})", read="spark")


def _list_of(rows: sql.Expr) -> sql.Expr:
    found: sql.Expr = rows.this if isinstance(rows, sql.Explode) else rows.expressions[0]
    return found


def _from_the_end(element: sql.Bracket) -> sql.Expr:
    if any(isinstance(place, sql.Neg) for place in element.expressions):
        raise Refusal("Spark counts no elements of a list from its end.")
    return element


_ROWS_OF_A_LIST = (sql.Explode, sql.Unnest)
# What is made of each node of a kind.
_CHANGES: tuple[tuple[type[sql.Expr], Callable[[Any], sql.Expr]], ...] = (
    (sql.CTE, _without_materialized),
    (sql.ToDays, _days),
    (sql.Anonymous, _microseconds),
    (sql.In, _in_pairs),
    (sql.Star, _star),
    (sql.PercentileCont, _interpolated),
    (sql.PercentileDisc, _exact),
    (sql.ArrayAgg, _ordered_list),
    (sql.Select, _side_by_side),
    (sql.Bracket, _from_the_end),
)
