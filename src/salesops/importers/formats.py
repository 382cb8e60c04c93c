"""Formats: how a column's text is read as a number, a day, an instant, a yes or no, judged on every value.

Each format is a name such as `date:day-first` and a piece of DuckDB SQL from text to value; text that does
not fit gives NULL, which the reader counts as a problem.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import duckdb

from salesops.foundations.money import _DIGITS
from salesops.foundations.table import Type
from salesops.importers.vocabulary import MONTHS_ELSEWHERE

ODD_CURRENCIES = tuple(_DIGITS)
YEARS = "BETWEEN 1900 AND 2200"

_YES = "('true','1','yes','y','ja','oui','si','sí','x','wahr','vrai','t')"
_NO = "('false','0','no','n','nein','non','falsch','faux','f')"

# Where fewer than this share of a column's values speak against the rest, they are the mistake.
_STRAY = 0.1

_YEAR_FIRST = r"^\s*\d{4}[-/.]\d{1,2}[-/.]\d{1,2}([T ]|\s*$)|^\s*(19|20)\d{6}\s*$"
_ISO = r"^\s*\d{4}-\d{1,2}-\d{1,2}([T ]|\s*$)"
_PARTS = r"^\s*(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d{2})(\s|,|T|$)"
_NAMED = r"[A-Za-zäéûôÄÉ]{3,}"
_ZONE = r"(:\d{2}(\.\d+)?)\s*(Z|z|UTC|GMT|UT|[-+]\d{2}:?\d{2}|[-+]\d{2})\s*(\([A-Z]+\)\s*)?$"

_SCALE = r"(k|K|tsd|Tsd|m|M|mm|MM|mn|Mn|mio|Mio|mln|b|B|bn|Bn|mrd|Mrd)?\.?"
_POINT = (
    r"^[-+(]*([1-9]\d{0,2}(,\d{3})+(\.\d*)?|[1-9]\d?(,\d{2})+,\d{3}(\.\d*)?"
    r"|\d*\.?\d+([eE][-+]?\d+)?|\d+\.)" + _SCALE + r"[)-]?$"
)
_COMMA = r"^[-+(]*([1-9]\d{0,2}(\.\d{3})+(,\d*)?|\d*,?\d+|\d+,)" + _SCALE + r"[)-]?$"
_BOTH = r"^[-+(]*[1-9]\d{0,2}[.,]\d{3}" + _SCALE + r"[)-]?$"
# A space or an apostrophe between digits parts thousands, or it is no number.
_LOOSE = (
    r"\d[\s\x{00A0}\x{2009}\x{202F}''’]+\d{1,2}([^\d]|$)"
    r"|\d[\s\x{00A0}\x{2009}\x{202F}''’]+\d{4}"
)

# Longer signs stand before those they contain.
_SIGNS = {
    "CA$": "CAD", "US$": "USD", "C$": "CAD", "AU$": "AUD", "A$": "AUD", "NZ$": "NZD", "HK$": "HKD", "S$": "SGD",
    "R$": "BRL", "MX$": "MXN", "$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY",
    "₹": "INR", "₩": "KRW", "₪": "ILS", "₺": "TRY", "₽": "RUB", "₫": "VND", "₦": "NGN",
    "₴": "UAH", "zł": "PLN", "Kč": "CZK",
}  # fmt: skip
CODES = tuple(
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN "
    "BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS "
    "GIP GMD GNF GTQ GYD HKD HNL HRK HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW "
    "KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN "
    "NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK "
    "SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS "
    "VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWL AFA ARP DEM FIM FRF ITL NLG ESP VEB".split()
)
_CODE = "|".join(CODES)


@dataclass(frozen=True)
class Judgement:
    """What a column's values fit. `ambiguous` lists the formats that fit equally well."""

    reads_as: str
    ambiguous: tuple[str, ...] = ()
    misfits: int = 0
    note: str = ""
    contradictory: bool = False  # some values can only be read the one way, some only the other


def judge(
    connection: duckdb.DuckDBPyConnection, staging: str, column: str, kind: Type
) -> Judgement:
    """How `column` of a staging table is to be read as `kind`, from all its values."""
    value = f'"{column}"'
    if kind is Type.SHARE:
        return _judge_share(connection, staging, value)
    if kind in (Type.MONEY, Type.DECIMAL, Type.RATE, Type.COUNT):
        return _judge_number(connection, staging, value)
    if kind in (Type.DATE, Type.INSTANT):
        return _judge_date(
            connection, staging, value, "instant" if kind is Type.INSTANT else "date"
        )
    if kind is Type.YES_NO:
        return Judgement("yes_no")
    if kind is Type.CURRENCY:
        return Judgement("currency")
    return Judgement("text")


def sql(reads_as: str, text: str) -> str:
    """DuckDB SQL that reads `text` (SQL of a VARCHAR that is not blank) in a format; NULL where it does not fit."""
    kind, _, style = reads_as.partition(":")
    if kind == "number":
        return _number_sql(text, style)
    if kind == "percent":
        return f"CAST({_number_sql(text, style, hundred='1')} * 0.01 AS DECIMAL(27,9))"
    if kind == "date":
        return f"CAST({_in_reach(_moment_sql(text, style, zoned=False), style)} AS DATE)"
    if kind == "instant":
        return _in_reach(_moment_sql(text, style, zoned=True), style)
    if kind == "yes_no":
        low = f"lower(trim({text}))"
        return f"CASE WHEN {low} IN {_YES} THEN true WHEN {low} IN {_NO} THEN false END"
    if kind == "currency":
        return currency_sql(text)
    return text


def _once(value: str, name: str, of: Callable[[str], str]) -> str:
    """SQL of a value that is worked out once a row and called `name` wherever `of` speaks of it.

    Written out again at each place, its patterns would be compiled and looked for there again.
    """
    return f"list_transform([{value}], lambda {name}: {of(name)})[1]"


def minor_sql(number: str, currency: str) -> str:
    """A number in major units as minor units of the currency in the same row."""
    odd: dict[int, list[str]] = {}
    for code, digits in _DIGITS.items():
        odd.setdefault(digits, []).append(f"'{code}'")
    whens = " ".join(f"WHEN {currency} IN ({','.join(c)}) THEN {10**d}" for d, c in odd.items())
    return f"TRY_CAST(round(({number}) * CASE {whens} ELSE 100 END) AS BIGINT)"


def money_sql(reads_as: str, text: str, currency: str) -> str:
    """Text in major units as minor units of the currency in the same row."""
    return _once(currency, "_currency", lambda known: _money_in(reads_as, text, known))


def _money_in(reads_as: str, text: str, currency: str) -> str:
    exact = minor_sql(sql(reads_as, text), currency)
    if reads_as != "number":
        return exact
    # Most sums are hundredths and have nine digits: 64 bits hold them at every step, and give the same.
    short = f"CAST(round(TRY_CAST({text} AS DECIMAL(18,9)), 2) AS DECIMAL(15,2))"
    hundredths = f"CAST({short} * CAST(100 AS DECIMAL(3,0)) AS BIGINT)"
    odd = ", ".join(f"'{code}'" for code in _DIGITS)
    return f"coalesce(CASE WHEN {currency} NOT IN ({odd}) THEN {hundredths} END, {exact})"


def share_sql(reads_as: str, text: str, least: int) -> str:
    """Text as a share from `least` to 1, else NULL."""
    exact = _once(
        sql(reads_as, text),
        "_share",
        lambda v: f"CASE WHEN {v} BETWEEN {least} AND 1 THEN CAST({v} AS DECIMAL(9,6)) END",
    )
    if reads_as != "percent":
        return exact
    # Few plain digits: 64 bits hold them, and they are rounded once, as in the exact way.
    short = f"TRY_CAST({text} AS DECIMAL(9,4))"
    quick = (
        f"CASE WHEN {short} BETWEEN {least * 100} AND 100 "
        f"THEN CAST({short} * CAST(0.01 AS DECIMAL(2,2)) AS DECIMAL(9,6)) END"
    )
    plain = f"length({text}) <= 6 AND NOT contains({text}, 'e') AND NOT contains({text}, 'E')"
    return f"CASE WHEN {plain} THEN {quick} ELSE {exact} END"


def exact_sql(text: str) -> str:
    """Plain digits as an exact number with nine places.

    DuckDB reads text into 128 bits several hundred times slower than into 64. Both have nine places here, so
    whichever holds the number gives the same one.
    """
    short = f"CAST(TRY_CAST({text} AS DECIMAL(18,9)) AS DECIMAL(27,9))"
    return f"coalesce({short}, TRY_CAST({text} AS DECIMAL(27,9)))"


def currency_sql(text: str) -> str:
    """The currency a text names by code or sign, else NULL."""
    signs = " ".join(
        f"WHEN contains({text}, '{sign}') THEN '{code}'" for sign, code in _SIGNS.items()
    )
    code = (
        f"nullif(upper(regexp_extract({text}, '(?i)(^|[^A-Za-z])({_CODE})([^A-Za-z]|$)', 2)), '')"
    )
    return f"CASE WHEN length({text}) = 3 AND upper({text}) IN {CODES} THEN upper({text}) {signs} ELSE {code} END"


def quoted(text: str) -> str:
    """Text as a literal of SQL."""
    return "'" + text.replace("'", "''") + "'"


def example(connection: duckdb.DuckDBPyConnection, reads_as: str, text: str) -> str:
    """How one text would read, for a question."""
    read = sql(reads_as, "CAST($1 AS VARCHAR)")
    found = connection.execute(f"SELECT CAST({read} AS VARCHAR)", [text]).fetchone()
    return str(found[0]) if found and found[0] is not None else "nothing"


def _judge_number(connection: duckdb.DuckDBPyConnection, staging: str, value: str) -> Judgement:
    found = connection.execute(
        f"""
        WITH looked AS (
            SELECT {exact_sql(value)} IS NOT NULL AS plain, {_bare(value)} AS bare,
                regexp_matches({value}, '{_LOOSE}') AS loose
            FROM {staging} WHERE {value} IS NOT NULL),
        fitted AS (
            SELECT plain, NOT loose AND regexp_matches(bare, '{_POINT}') AS point,
                NOT loose AND regexp_matches(bare, '{_COMMA}') AS comma,
                NOT loose AND regexp_matches(bare, '{_BOTH}') AS either_way
            FROM looked)
        SELECT count(*), count(*) FILTER (plain), count(*) FILTER (point), count(*) FILTER (comma),
            count(*) FILTER (either_way), count(*) FILTER (point AND NOT comma),
            count(*) FILTER (comma AND NOT point)
        FROM fitted
        """
    ).fetchone()
    assert found is not None  # an aggregate always has a row
    n, plain, point, comma, both, only_point, only_comma = found
    if both and _contested(only_point, only_comma):
        return Judgement(
            "number:point",
            ("number:point", "number:comma"),
            n - point,
            contradictory=only_point > 0,
        )
    if plain == n:
        return Judgement("number")
    if only_comma > only_point:
        return Judgement("number:comma", (), n - comma, "comma for decimals")
    return Judgement("number:point", (), n - point)


def _judge_share(connection: duckdb.DuckDBPyConnection, staging: str, value: str) -> Judgement:
    """Shares are written from 0 to 1, from 0 to 100, or with a percent sign; most values say which."""
    judged = _judge_number(connection, staging, value)
    number = sql(judged.reads_as, value)
    found = connection.execute(
        f"SELECT count(*) FILTER (number > 1), count(*) FILTER (number > 0 AND number <= 1) "
        f"FROM (SELECT {number} AS number FROM {staging} WHERE NOT contains({value}, '%'))"
    ).fetchone()
    if found and found[0] > found[1]:
        turned = tuple(a.replace("number", "percent") for a in judged.ambiguous)
        return Judgement(
            judged.reads_as.replace("number", "percent"), turned, judged.misfits, "out of a hundred"
        )
    return judged


def _contested(these: int, those: int) -> bool:
    """Whether neither reading has so many witnesses that the other's are mistakes."""
    return min(these, those) >= _STRAY * max(these, those)


def _judge_date(
    connection: duckdb.DuckDBPyConnection, staging: str, value: str, kind: str
) -> Judgement:
    found = connection.execute(
        f"""
        WITH looked AS (
            SELECT {value} AS v, regexp_matches({value}, '{_ISO}') AS iso,
                regexp_matches({value}, '{_YEAR_FIRST}') AS year_first,
                TRY_CAST(regexp_extract({value}, '{_PARTS}', 1) AS INTEGER) AS a,
                TRY_CAST(regexp_extract({value}, '{_PARTS}', 2) AS INTEGER) AS b,
                regexp_matches({value}, '^\\s*\\d{{1,2}}\\.') AS dots,
                TRY_CAST({value} AS DOUBLE) BETWEEN 20000 AND 80000 AS serial
            FROM {staging} WHERE {value} IS NOT NULL)
        SELECT count(*), count(*) FILTER (iso), count(*) FILTER (year_first),
            count(*) FILTER (a IS NOT NULL), count(*) FILTER (a > 12 AND b <= 12),
            count(*) FILTER (b > 12 AND a <= 12), count(*) FILTER (dots AND a IS NOT NULL),
            count(*) FILTER (a IS NULL AND NOT year_first AND regexp_matches(v, '{_NAMED}')),
            count(*) FILTER (serial), count(*) FILTER (a <> b AND a <= 12 AND b <= 12)
        FROM looked
        """
    ).fetchone()
    assert found is not None  # an aggregate always has a row
    n, iso, year_first, parted, day_first, month_first, dots, named, serial, both = found
    certain = year_first + named + serial
    if parted == 0 or parted < _STRAY * certain:
        if iso == n or certain == 0:
            return Judgement(f"{kind}:iso", (), n - iso)
        style, note = max(
            (year_first, "year-first", ""),
            (named, "named", ""),
            (serial, "excel", "Excel's day numbers"),
        )[1:]
        return Judgement(f"{kind}:{style}", (), n - certain, note)
    both_ways = (f"{kind}:day-first", f"{kind}:month-first")
    if both and _contested(day_first, month_first):
        if dots == parted and not month_first:
            return Judgement(both_ways[0], (), n - parted, "day before month, as with dots")
        return Judgement(both_ways[0], both_ways, n - parted, contradictory=day_first > 0)
    if month_first > day_first:
        return Judgement(both_ways[1], (), n - parted + day_first, "month before day")
    return Judgement(both_ways[0], (), n - parted + month_first, "day before month")


def _bare(value: str) -> str:
    """The digits and marks of a number: without currency, spaces, apostrophes and percent."""
    signs = "|".join(re.escape(sign).replace("'", "''") for sign in _SIGNS)
    spaces = "[\\s\\x{00A0}\\x{2009}\\x{202F}''’%]"
    codeless = f"regexp_replace({value}, '(^|[^A-Za-z])({_CODE})([^A-Za-z]|$)', '\\1\\3')"
    return f"regexp_replace(regexp_replace({codeless}, '{spaces}|{signs}', '', 'g'), '[−–]', '-')"


def _number_sql(text: str, style: str, hundred: str = "0.01") -> str:
    """`hundred` is what a percent sign makes of the number before it."""
    if not style:
        return exact_sql(text)
    return _once(
        _bare(text), "_bare", lambda bare: _bare_number_sql(text, bare, style, hundred=hundred)
    )


def _bare_number_sql(text: str, bare: str, style: str, *, hundred: str) -> str:
    shape = _COMMA if style == "comma" else _POINT
    digits = (
        f"replace(replace({bare}, '.', ''), ',', '.')"
        if style == "comma"
        else f"replace({bare}, ',', '')"
    )
    number = _once(
        f"regexp_extract({digits}, '^[-+(]*([0-9.]+([eE][-+]?[0-9]+)?)', 1)",
        "_core",
        lambda core: (
            f"coalesce({exact_sql(core)}, TRY_CAST(TRY_CAST({core} AS DOUBLE) AS DECIMAL(27,9)))"
        ),
    )
    factor = _once(
        f"lower(regexp_extract({bare}, '[0-9]\\.?([A-Za-z]+)\\.?[)-]?$', 1))",
        "_scale",
        lambda scale: (
            f"CASE WHEN {scale} IN ('k','tsd') THEN 1000 WHEN {scale} IN ('m','mm','mn','mio','mln') "
            f"THEN 1000000 WHEN {scale} IN ('b','bn','mrd') THEN 1000000000 "
            f"WHEN contains({text}, '%') THEN {hundred} ELSE 1 END"
        ),
    )
    sign = f"CASE WHEN regexp_matches({bare}, '^[-(]|-$') THEN -1 ELSE 1 END"
    return (
        f"CASE WHEN regexp_matches({bare}, '{shape}') AND NOT regexp_matches({text}, '{_LOOSE}') "
        f"THEN TRY(CAST({number} * CAST({factor} * {sign} AS DECIMAL(12,2)) AS DECIMAL(27,9))) END"
    )


def _in_reach(moment: str, style: str) -> str:
    def reaching(known: str) -> str:
        return f"CASE WHEN year({known}) {YEARS} OR year({known}) = 9999 THEN {known} END"

    # What is written year first is read faster twice than it is kept.
    return reaching(moment) if style == "iso" else _once(moment, "_moment", reaching)


def _moment_sql(text: str, style: str, *, zoned: bool) -> str:
    """A moment in UTC where `zoned` and the text tells its zone; else the clock as it is written."""
    if style == "iso":
        # Looking for a zone costs a pattern a row, so only texts that could hold one are looked at.
        could = (
            f"length({text}) > 16 AND NOT {text} LIKE '____-__-__ __:__:__' "
            f"AND regexp_matches(right({text}, 6), '[-+Z]')"
        )
        bare = f"TRY_CAST(regexp_replace({text}, '{_ZONE}', '\\1') AS TIMESTAMP)"
        plain = f"TRY_CAST({text} AS TIMESTAMP)"
        return f"CASE WHEN {could} THEN {_shifted(text, bare, zoned)} ELSE {plain} END"
    clock = f"trim(regexp_replace({text}, '{_ZONE}', '\\1'))"
    return _shifted(text, _once(clock, "_clock", lambda known: _read(known, style)), zoned)


def _read(clock: str, style: str) -> str:
    readings = [_ordered(clock, style), _year_first(clock), _named(clock), _serial(clock)]
    return f"coalesce({', '.join(r for r in readings if r)})"


def _shifted(text: str, moment: str, zoned: bool) -> str:
    if not zoned:
        return moment
    zone = f"regexp_extract({text}, '{_ZONE}', 3)"
    return _once(zone, "_zone", lambda known: _shifted_from(known, moment))


def _shifted_from(zone: str, moment: str) -> str:
    hours = f"TRY_CAST(left({zone}, 3) AS INTEGER)"
    minutes = f"coalesce(TRY_CAST(right(replace({zone}, ':', ''), -3) AS INTEGER), 0)"
    offset = f"({hours} * 60 + CASE WHEN {zone} LIKE '-%' THEN -1 ELSE 1 END * {minutes})"
    return _once(
        moment,
        "_local",
        lambda local: (
            f"CASE WHEN {hours} IS NULL THEN {local} ELSE {local} - to_minutes({offset}) END"
        ),
    )


def _ordered(text: str, style: str) -> str:
    """Days written as three numbers, in the order the column has; '' where the column has none such."""
    if style not in ("day-first", "month-first"):
        return ""
    order = "%d/%m" if style == "day-first" else "%m/%d"
    # Two digits of a year first: four are never taken for two, but two would be for the year 25.
    formats = ", ".join(f"'{order}/%{y}{t}'" for y in "yY" for t in _TIMES)
    slashed = f"regexp_replace({text}, '^(\\d{{1,2}})[.-](\\d{{1,2}})[.-]', '\\1/\\2/')"
    spaced = f"regexp_replace(replace({slashed}, ',', ' '), '(\\d)T|\\s+', '\\1 ', 'g')"
    return f"TRY_STRPTIME({spaced}, [{formats}])"


def _year_first(text: str) -> str:
    dashed = (
        f"regexp_replace(regexp_replace({text}, '^(\\d{{4}})[/.](\\d{{1,2}})[/.]', '\\1-\\2-'), "
        f"'^(\\d{{4}})(\\d{{2}})(\\d{{2}})$', '\\1-\\2-\\3')"
    )
    return f"CASE WHEN regexp_matches({text}, '{_YEAR_FIRST}') THEN TRY_CAST({dashed} AS TIMESTAMP) END"


def _named(text: str) -> str:
    return (
        f"CASE WHEN regexp_matches({text}, '{_NAMED}') "
        f"THEN TRY_STRPTIME({_english(text)}, {_NAMED_FORMATS}) END"
    )


def _serial(text: str) -> str:
    serial = f"TRY_CAST({text} AS DOUBLE)"
    return (
        f"CASE WHEN {serial} BETWEEN 20000 AND 80000 THEN TIMESTAMP '1899-12-30' + "
        f"to_seconds(CAST(round({serial} * 86400) AS BIGINT)) END"
    )


_TIMES = (
    "", " %H:%M", " %H:%M:%S", " %H:%M:%S.%f", " %I:%M %p", " %I:%M:%S %p", " %I:%M%p",
)  # fmt: skip
_NAMED_DAYS = (
    "%d %b %Y", "%d %B %Y", "%b %d %Y", "%B %d %Y", "%d-%b-%y", "%d-%b-%Y", "%d %b %y",
    "%a %d %b %Y", "%A %d %B %Y", "%a %b %d %Y", "%A %B %d %Y", "%Y %b %d", "%Y-%b-%d",
    "%b %Y", "%B %Y",
)  # fmt: skip
_NAMED_FORMATS = "[" + ", ".join(f"'{d}{t}'" for d in _NAMED_DAYS for t in _TIMES) + "]"


def _english(text: str) -> str:
    """Month names of other languages in English, and no commas, dots or endings of ordinals."""
    plain = (
        f"regexp_replace(replace(regexp_replace(lower(trim({text})), '([a-zäéû])\\.|(\\d)\\.\\s', "
        f"'\\1\\2 ', 'g'), ',', ' '), '\\s+', ' ', 'g')"
    )
    plain = f"regexp_replace({plain}, '(\\d)(st|nd|rd|th)\\b', '\\1', 'g')"
    for month, words in MONTHS_ELSEWHERE.items():
        plain = f"regexp_replace({plain}, '\\b({words})\\b', '{month}')"
    return f"trim(regexp_replace({plain}, '\\bde\\b ?', '', 'g'))"
