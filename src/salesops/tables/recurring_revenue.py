"""What an account pays each month, from a first day on."""

from salesops.foundations.table import Column, Table, Type

recurring_revenue = Table(
    name="recurring_revenue",
    meaning="What an account pays each month, from a first day on.",
    key=("id",),
    export_file="a subscription file (account, start, end, monthly amount)",
    columns=(
        Column(
            "id",
            Type.ID,
            "Identifies the row; the source's own id where it has one.",
            required=True,
        ),
        Column("account_id", Type.ID, "Who pays.", refers_to="account", required=True),
        Column("product_id", Type.ID, "For what.", refers_to="product"),
        Column("starts_on", Type.DATE, "First day.", required=True),
        Column("ends_on", Type.DATE, "The first day no longer paid; empty while it runs."),
        Column("monthly_minor", Type.MONEY, "Amount a month.", unit="a month"),
        Column("currency", Type.CURRENCY, "Currency of the money in this row."),
        Column("gross_margin", Type.SHARE, "Share left after the cost of serving."),
        Column(
            "value_minor", Type.MONEY, "The monthly amount in the reporting currency.", derived=True
        ),
    ),
)
