"""The forms an answer, a list and the sample company can be given in."""

from enum import StrEnum


class Format(StrEnum):
    """How an answer is given."""

    TABLE = "table"  # for people
    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"


class ListFormat(StrEnum):
    """How a list is given."""

    TABLE = "table"
    JSON = "json"


class DateFormat(StrEnum):
    """Which part of a date such as 03/04/2026 comes first."""

    DAY_FIRST = "day-first"
    MONTH_FIRST = "month-first"


class SampleFormat(StrEnum):
    """As what the sample company is written."""

    SALESFORCE = "salesforce"  # a data export, as Salesforce gives it
    CSV = "csv"  # a file a table
    PARQUET = "parquet"


class ProcessPart(StrEnum):
    """A part of a process as it happened."""

    ARCS = "arcs"  # what follows what
    ACTIVITIES = "activities"
    VARIANTS = "variants"  # the ways there are
    SUMMARY = "summary"
