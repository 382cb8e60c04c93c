"""Money spent on a campaign."""

from salesops.foundations.table import Column, Table, Type

campaign_spend = Table(
    name="campaign_spend",
    meaning="Money spent on a campaign.",
    key=("id",),
    export_file="Campaign",
    columns=(
        Column(
            "id",
            Type.ID,
            "Identifies the row; the source's own id where it has one.",
            required=True,
        ),
        Column("campaign_id", Type.ID, "The campaign.", refers_to="campaign", required=True),
        Column("spent_on", Type.DATE, "The day it is dated to."),
        Column("amount_minor", Type.MONEY, "How much."),
        Column("currency", Type.CURRENCY, "Currency of the money in this row."),
        Column("value_minor", Type.MONEY, "The amount in the reporting currency.", derived=True),
    ),
)
