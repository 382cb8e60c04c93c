"""Formats: how a column's text is read as a number, a day, an instant, a yes or no, judged on every value.

Each format is a name such as `date:day-first` and a piece of DuckDB SQL from text to value; text that does
not fit gives NULL, which the reader counts as a problem.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from salesops.foundations.money import _DIGITS
from salesops.foundations.table import Type
from salesops.importers.vocabulary import MONTH_WORDS

PLAIN_NUMBER = "number"
YEARS = "BETWEEN 1900 AND 2200"

_YES = "('true','1','yes','y','ja','oui','si','sí','x','wahr','vrai','t')"
_NO = "('false','0','no','n','nein','non','falsch','faux','f')"
_ISO_DAY = r"^\s*\d{4}-\d{1,2}-\d{1,2}([T ]|\s*$)"
_PARTS = r"^\s*(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d{2})(\s|,|$)"
_NAMED = r"[A-Za-zäéûôÄÉ]{3,}"
_POINT = r"^[-+(]?\d{1,3}(,\d{3})*(\.\d+)?\)?$|^[-+(]?\d*\.?\d+([eE][-+]?\d+)?\)?$|^[-+(]?\d+\.\)?$"
_COMMA = r"^[-+(]?\d{1,3}([.]\d{3})*(,\d+)?\)?$|^[-+(]?\d+(,\d+)?\)?$"
_CURRENCIES = {"€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY", "₹": "INR"}


@dataclass(frozen=True)
class Judgement:
    """What a column's values fit. `ambiguous` lists the formats that fit equally well."""

    reads_as: str
    ambiguous: tuple[str, ...] = ()
    misfits: int = 0
    note: str = ""


def judge(
    connection: duckdb.DuckDBPyConnection, staging: str, column: str, kind: Type
) -> Judgement:
    """How `column` of a staging table is to be read as `kind`, from all its values."""
    value = f'"{column}"'
    if kind in (Type.MONEY, Type.DECIMAL, Type.SHARE, Type.RATE, Type.COUNT):
        return _judge_number(connection, staging, value)
    if kind in (Type.DATE, Type.INSTANT):
        return _judge_date(
            connection, staging, value, "instant" if kind is Type.INSTANT else "date"
        )
    if kind is Type.YES_NO:
        return Judgement("yes_no")
    return Judgement("text")


def sql(reads_as: str, text: str) -> str:
    """DuckDB SQL that reads `text` (SQL of a VARCHAR that is not blank) in a format; NULL where it does not fit."""
    kind, _, style = reads_as.partition(":")
    if kind == "number":
        return _number_sql(text, style)
    if kind in ("date", "instant"):
        instant = _instant_sql(text, style)
        good = f"CASE WHEN year({instant}) {YEARS} OR year({instant}) = 9999 THEN {instant} END"
        return good if kind == "instant" else f"CAST({good} AS DATE)"
    if kind == "yes_no":
        low = f"lower(trim({text}))"
        return f"CASE WHEN {low} IN {_YES} THEN true WHEN {low} IN {_NO} THEN false END"
    return text


def minor_sql(number: str, currency: str) -> str:
    """A number in major units as minor units of the currency in the same row."""
    odd: dict[int, list[str]] = {}
    for code, digits in _DIGITS.items():
        odd.setdefault(digits, []).append(f"'{code}'")
    whens = " ".join(f"WHEN {currency} IN ({','.join(c)}) THEN {10**d}" for d, c in odd.items())
    return f"TRY_CAST(round(({number}) * CASE {whens} ELSE 100 END) AS BIGINT)"


def currency_sql(text: str) -> str:
    """The currency a money text names by code or sign, else NULL."""
    signs = " ".join(
        f"WHEN {text} LIKE '%{sign}%' THEN '{code}'" for sign, code in _CURRENCIES.items()
    )
    code = f"nullif(regexp_extract({text}, '\\b([A-Z]{{3}})\\b', 1), '')"
    return f"CASE {signs} ELSE {code} END"


def example(connection: duckdb.DuckDBPyConnection, reads_as: str, text: str) -> str:
    """How one text would read, for a question."""
    found = connection.execute(f"SELECT CAST({sql(reads_as, '$1')} AS VARCHAR)", [text]).fetchone()
    return str(found[0]) if found and found[0] is not None else "nothing"


def _judge_number(connection: duckdb.DuckDBPyConnection, staging: str, value: str) -> Judgement:
    bare = _bare(value)
    found = connection.execute(
        f"""
        SELECT count(*), count(TRY_CAST({value} AS DECIMAL(38,9))),
            count(*) FILTER (regexp_matches({bare}, '{_POINT}')),
            count(*) FILTER (regexp_matches({bare}, '{_COMMA}')),
            count(*) FILTER (regexp_matches({bare}, '^[-+(]?\\d{{1,3}}[.,]\\d{{3}}\\)?$'))
        FROM {staging} WHERE {value} IS NOT NULL
        """
    ).fetchone()
    assert found is not None  # an aggregate always has a row
    n, plain, point, comma, doubtful = found
    if n == 0:
        return Judgement("number")
    if (
        point == comma
        and doubtful
        and point >= n * 0.5
        and not (plain == n and "." not in _first(connection, staging, value))
    ):
        return Judgement("number:point", ("number:point", "number:comma"), n - point)
    if plain == n:
        return Judgement("number")
    if comma > point:
        return Judgement("number:comma", (), n - comma, "comma for decimals")
    return Judgement("number:point", (), n - point)


def _first(connection: duckdb.DuckDBPyConnection, staging: str, value: str) -> str:
    found = connection.execute(
        f"SELECT string_agg({value}, ' ') FROM (SELECT {value} FROM {staging} "
        f"WHERE {value} IS NOT NULL LIMIT 50)"
    ).fetchone()
    return str(found[0] or "") if found else ""


def _judge_date(
    connection: duckdb.DuckDBPyConnection, staging: str, value: str, kind: str
) -> Judgement:
    found = connection.execute(
        f"""
        WITH parts AS (
            SELECT {value} AS v, regexp_matches({value}, '{_ISO_DAY}') AS iso,
                TRY_CAST(regexp_extract({value}, '{_PARTS}', 1) AS INTEGER) AS a,
                TRY_CAST(regexp_extract({value}, '{_PARTS}', 2) AS INTEGER) AS b,
                regexp_matches({value}, '^\\s*\\d{{1,2}}\\.') AS dots,
                regexp_matches({value}, '{_NAMED}') AND NOT regexp_matches({value}, '{_ISO_DAY}')
                    AND NOT regexp_matches({value}, '{_PARTS}') AS named,
                TRY_CAST({value} AS DOUBLE) BETWEEN 20000 AND 80000 AS serial
            FROM {staging} WHERE {value} IS NOT NULL)
        SELECT count(*), count(*) FILTER (iso), count(*) FILTER (a IS NOT NULL),
            count(*) FILTER (a > 12 AND b <= 12), count(*) FILTER (b > 12 AND a <= 12),
            count(*) FILTER (dots AND a IS NOT NULL), count(*) FILTER (named), count(*) FILTER (serial),
            count(*) FILTER (a <> b AND a <= 12 AND b <= 12)
        FROM parts
        """
    ).fetchone()
    assert found is not None  # an aggregate always has a row
    n, iso, parted, day_first, month_first, dots, named, serial, _ = found
    most = max(iso, parted, named, serial)
    if n == 0 or most == 0 or most == iso:
        return Judgement(f"{kind}:iso", (), n - iso)
    if most == named:
        return Judgement(f"{kind}:named", (), n - named)
    if most == serial:
        return Judgement(f"{kind}:excel", (), n - serial, "Excel's day numbers")
    if day_first and day_first >= month_first:
        return Judgement(f"{kind}:day-first", (), n - parted + month_first, "day before month")
    if month_first:
        return Judgement(f"{kind}:month-first", (), n - parted + day_first, "month before day")
    if dots == parted:
        return Judgement(
            f"{kind}:day-first", (), n - parted, "day before month, as dates with dots are"
        )
    return Judgement(f"{kind}:day-first", (f"{kind}:day-first", f"{kind}:month-first"), n - parted)


def _bare(value: str) -> str:
    """The digits and marks of a number: without signs of currency, spaces, apostrophes and percent."""
    return (
        f"regexp_replace(regexp_replace({value}, '[\\s\\x{{00A0}}\\x{{202F}}''’%€$£¥₹]|"
        "\\b[A-Z]{3}\\b|[A-Z]{3}$|^[A-Z]{3}', '', 'g'), '^−', '-')"
    )


def _number_sql(text: str, style: str) -> str:
    if not style:
        return f"TRY_CAST({text} AS DECIMAL(38,9))"
    bare = _bare(text)
    shape = _COMMA if style == "comma" else _POINT
    digits = (
        f"replace(replace({bare}, '.', ''), ',', '.')"
        if style == "comma"
        else f"replace({bare}, ',', '')"
    )
    unsigned = f"regexp_replace({digits}, '[()]', '', 'g')"
    number = f"coalesce(TRY_CAST({unsigned} AS DECIMAL(38,9)), TRY_CAST(TRY_CAST({unsigned} AS DOUBLE) AS DECIMAL(38,9)))"
    negative = f"CASE WHEN {bare} LIKE '(%)' THEN -1 ELSE 1 END"
    percent = f"CASE WHEN {text} LIKE '%\\%' ESCAPE '\\' THEN 100 ELSE 1 END"
    return (
        f"CASE WHEN regexp_matches({bare}, '{shape}') "
        f"THEN CAST({number} * {negative} / {percent} AS DECIMAL(38,9)) END"
    )


def _instant_sql(text: str, style: str) -> str:
    if style == "iso":
        return f"TRY_CAST(trim({text}) AS TIMESTAMP)"
    if style == "excel":
        serial = f"TRY_CAST({text} AS DOUBLE)"
        return (
            f"CASE WHEN {serial} BETWEEN 1 AND 200000 THEN TIMESTAMP '1899-12-30' + "
            f"to_seconds(CAST(round({serial} * 86400) AS BIGINT)) END"
        )
    if style == "named":
        return f"TRY_STRPTIME({_english(text)}, {_NAMED_FORMATS})"
    order = "%d/%m" if style == "day-first" else "%m/%d"
    formats = ", ".join(f"'{order}/%{y}{t}'" for y in "Yy" for t in _TIMES)
    dashed = f"regexp_replace(trim({text}), '^(\\d{{1,2}})[.-](\\d{{1,2}})[.-]', '\\1/\\2/')"
    return f"coalesce(TRY_STRPTIME(replace({dashed}, ',', ''), [{formats}]), {_iso_only(text)})"


def _iso_only(text: str) -> str:
    return f"CASE WHEN regexp_matches({text}, '{_ISO_DAY}') THEN TRY_CAST(trim({text}) AS TIMESTAMP) END"


_TIMES = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
_NAMED_FORMATS = (
    "["
    + ", ".join(
        f"'{d}{t}'"
        for d in (
            "%d %b %Y",
            "%d %B %Y",
            "%b %d %Y",
            "%B %d %Y",
            "%d-%b-%Y",
            "%d-%b-%y",
            "%d %b %y",
            "%a %d %b %Y",
            "%A %d %B %Y",
            "%b %Y",
            "%B %Y",
        )
        for t in _TIMES
    )
    + "]"
)


def _english(text: str) -> str:
    """Month names of other languages in English, and no commas or dots."""
    plain = (
        f"regexp_replace(replace(replace(lower(trim({text})), ',', ''), '.', ''), '\\s+', ' ', 'g')"
    )
    for word, month in sorted(MONTH_WORDS.items(), key=lambda w: -len(w[0])):
        plain = f"regexp_replace({plain}, '\\b{word}\\b', '{month}')"
    return f"regexp_replace({plain}, '\\bde\\b ?', '', 'g')"
