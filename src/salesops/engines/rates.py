"""The currency a book reports in, and one dated rate into it for every other currency and day."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

import duckdb

from salesops.engines.spans import FOREVER_DAY, one_after_the_other
from salesops.foundations.money import minor_digits

ASSUMED_CURRENCY = "USD"


def any_currency(work: duckdb.DuckDBPyConnection, tables: Iterable[str]) -> bool:
    """Whether any row of the tables names a currency."""
    named = " UNION ALL ".join(f"SELECT currency FROM {t} WHERE currency <> ''" for t in tables)
    return work.execute(f"SELECT 1 FROM ({named}) LIMIT 1").fetchone() is not None


def reporting_currency(work: duckdb.DuckDBPyConnection, chosen: str) -> str:
    """The one chosen, else that of the files: what their rates are given in, or most of their money."""
    return chosen or _rated_in(work) or _commonest(work, "IN") or ASSUMED_CURRENCY


def _rated_in(work: duckdb.DuckDBPyConnection) -> str | None:
    """The currency the files' rates are given in: whose own rate is always 1, else the one used without."""
    found = work.execute(
        "SELECT currency FROM exchange_rate GROUP BY 1 HAVING min(rate) = 1 AND max(rate) = 1 "
        "ORDER BY count(*) DESC, 1 LIMIT 1"
    ).fetchone()
    return str(found[0]) if found else _commonest(work, "NOT IN")


def _commonest(work: duckdb.DuckDBPyConnection, rated: str) -> str | None:
    """The currency most rows name among those that have a rate (`IN`) or have none (`NOT IN`)."""
    found = work.execute(
        "SELECT currency FROM (SELECT currency FROM opportunity UNION ALL "
        "SELECT currency FROM quota UNION ALL SELECT currency FROM product) "
        f"WHERE currency <> '' AND currency {rated} (SELECT currency FROM exchange_rate) "
        "GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1"
    ).fetchone()
    return str(found[0]) if found else None


def name_currencies(work: duckdb.DuckDBPyConnection, tables: Iterable[str], currency: str) -> None:
    """Money of the tables that names no currency is in this one."""
    for table in tables:
        work.execute(
            f"UPDATE {table} SET currency = ? WHERE currency IS NULL OR currency = ''", [currency]
        )


def are_currencies_alike(
    work: duckdb.DuckDBPyConnection, tables: Iterable[str], currency: str
) -> bool:
    """Whether all money of the tables has as many decimal places as this currency: then a row's own need not be asked."""
    named = " UNION ALL ".join(f"SELECT currency FROM {t}" for t in tables)
    codes = work.execute(f"SELECT DISTINCT currency FROM ({named})").fetchall()
    digits = minor_digits(currency)
    return all(minor_digits(code or "") == digits for (code,) in codes)


def make_rates(work: duckdb.DuckDBPyConnection, currency: str) -> None:
    """Rates into the reporting `currency`, also where the files give them into another one."""
    work.execute("CREATE OR REPLACE TABLE _rate_as_read AS FROM exchange_rate")
    base = _rated_in(work)
    one_after_the_other(work, "exchange_rate", "currency")
    own = work.execute(
        "SELECT 1 FROM exchange_rate WHERE currency = $to AND rate <> 1 LIMIT 1",
        {"to": currency},
    ).fetchone()
    if own:
        _rebase(work, base, currency)
    digits = minor_digits(currency)
    for (code,) in work.execute("SELECT DISTINCT currency FROM exchange_rate").fetchall():
        factor = Decimal(10) ** (digits - minor_digits(code))
        work.execute(
            "UPDATE exchange_rate SET minor_rate = CAST(rate * CAST(? AS DECIMAL(9,3)) "
            "AS DECIMAL(18,9)) WHERE currency = ?",
            [str(factor), code],
        )
    work.execute("DELETE FROM exchange_rate WHERE currency = ?", [currency])
    _note_missing_rates(work, currency)


def _rebase(work: duckdb.DuckDBPyConnection, base: str | None, currency: str) -> None:
    """Divide by the reporting currency's own rate, day by day; the base itself is worth 1 in its own."""
    if base:
        work.execute("DELETE FROM exchange_rate WHERE currency = ?", [base])
        work.execute(
            "INSERT INTO exchange_rate (currency, valid_from, valid_to, rate) "
            f"VALUES (?, DATE '0001-01-01', {FOREVER_DAY}, 1)",
            [base],
        )
    work.execute(
        """
        CREATE OR REPLACE TABLE _rebased AS
        SELECT r.currency, greatest(r.valid_from, b.valid_from) AS valid_from,
            least(r.valid_to, b.valid_to) AS valid_to,
            CAST(r.rate / b.rate AS DECIMAL(18,9)) AS rate
        FROM exchange_rate r JOIN exchange_rate b
            ON b.currency = $to AND r.valid_from < b.valid_to AND b.valid_from < r.valid_to
        """,
        {"to": currency},
    )
    work.execute("DELETE FROM exchange_rate")
    work.execute("INSERT INTO exchange_rate (currency, valid_from, valid_to, rate) FROM _rebased")


def _note_missing_rates(work: duckdb.DuckDBPyConnection, currency: str) -> None:
    """Deals whose currency has no rate are counted, and named, but add no money to any total."""
    for code, rows in work.execute(
        "SELECT currency, count(*) FROM opportunity WHERE amount_minor IS NOT NULL "
        "AND currency <> $own AND currency NOT IN (SELECT currency FROM exchange_rate) GROUP BY 1",
        {"own": currency},
    ).fetchall():
        work.execute(
            "INSERT INTO _problem_count (code, severity, message, remedy, file, column_name, "
            "table_name, rows, amount_minor) VALUES ('no_rate', 'doubtful', ?, ?, '', 'currency', "
            "'opportunity', ?, NULL)",
            [
                (
                    f"{rows:,} opportunities are in {code}, and no exchange rate to "
                    f"{currency} is known. They are listed, but left out of every sum."
                ),
                "Open a file of exchange rates (currency, valid_from, rate) with the others.",
                rows,
            ],
        )


def value_in(reporting: str, row: str, currency: str = "currency") -> str:
    """SQL: money of `row` in the reporting currency; null where no rate is known for its own, the column `currency`."""
    return (
        f"CASE WHEN {row}.{currency} = '{reporting}' THEN {row}.amount_minor "
        f"ELSE CAST(round({row}.amount_minor * r.minor_rate) AS BIGINT) END"
    )


def rate_join(row: str, day: str, currency: str = "currency") -> str:
    """SQL: the rate of that day that `value_in` asks for."""
    return (
        f"LEFT JOIN exchange_rate r ON r.currency = {row}.{currency} "
        f"AND r.valid_from <= {day} AND r.valid_to > {day}"
    )
