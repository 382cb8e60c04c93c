"""Sales and marketing cost, for acquisition cost."""

from salesops.foundations.table import Column, Table, Type

cost = Table(
    name="cost",
    meaning="Sales and marketing cost, for acquisition cost.",
    key=("id",),
    export_file="a cost file (category, date, amount)",
    columns=(
        Column(
            "id",
            Type.ID,
            "Identifies the row; the source's own id where it has one.",
            required=True,
        ),
        Column(
            "category", Type.CHOICE, "salary, commission, tools, travel, advertising and the like."
        ),
        Column("function", Type.CHOICE, "sales, marketing or account_management."),
        Column("team", Type.CHOICE, "Whose cost it is."),
        Column("booked_on", Type.DATE, "The day it is dated to."),
        Column("amount_minor", Type.MONEY, "How much."),
        Column("currency", Type.CURRENCY, "Currency of the money in this row."),
        Column("description", Type.TEXT, "What it was."),
        Column("value_minor", Type.MONEY, "The amount in the reporting currency.", derived=True),
    ),
)
