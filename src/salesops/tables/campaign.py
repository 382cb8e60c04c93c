"""A planned effort to bring in buyers."""

from salesops.foundations.table import Column, Table, Type

campaign = Table(
    name="campaign",
    meaning="A planned effort to bring in buyers.",
    key=("id",),
    export_file="Campaign",
    columns=(
        Column(
            "id",
            Type.ID,
            "Identifies the row; the source's own id where it has one.",
            required=True,
        ),
        Column("name", Type.TEXT, "Its name.", required=True),
        Column("type", Type.CHOICE, "Event, mail, advertising and the like."),
        Column("status", Type.CHOICE, "Where it stands."),
        Column("starts_on", Type.DATE, "First day."),
        Column("ends_on", Type.DATE, "Last day."),
        Column("budget_minor", Type.MONEY, "What it may cost."),
        Column("currency", Type.CURRENCY, "Currency of the money in this row."),
    ),
)
