"""What one unit of a currency is worth in the reporting currency, over a half-open span of days."""

from salesops.foundations.table import Column, Table, Type

exchange_rate = Table(
    name="exchange_rate",
    meaning="What one unit of a currency is worth in the reporting currency, over a span of days.",
    key=("currency", "valid_from"),
    export_file="DatedConversionRate",
    columns=(
        Column("currency", Type.CURRENCY, "From this currency.", required=True),
        Column("valid_from", Type.DATE, "First day.", required=True),
        Column("valid_to", Type.DATE, "The first day no longer so."),
        Column(
            "rate",
            Type.RATE,
            "Units of the reporting currency for one unit.",
            required=True,
        ),
        Column(
            "minor_rate",
            Type.RATE,
            "Minor units of the reporting currency for one minor unit.",
            derived=True,
        ),
    ),
)
