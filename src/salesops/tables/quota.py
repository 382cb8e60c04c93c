"""What a person or team is to book in a period."""

from salesops.foundations.table import Column, Table, Type

quota = Table(
    name="quota",
    meaning="What a person or team is to book in a period.",
    key=("id",),
    export_file="ForecastingQuota",
    columns=(
        Column(
            "id",
            Type.ID,
            "Identifies the row; the source's own id where it has one.",
            required=True,
        ),
        Column("person_id", Type.ID, "Whose quota; empty for a team's.", refers_to="person"),
        Column("team", Type.CHOICE, "The team, where the quota is a team's."),
        Column("starts_on", Type.DATE, "First day.", required=True),
        Column("ends_on", Type.DATE, "The first day after."),
        Column("amount_minor", Type.MONEY, "How much."),
        Column("currency", Type.CURRENCY, "Currency of the money in this row."),
        Column("product_family", Type.CHOICE, "For which products, where limited."),
        Column(
            "value_minor",
            Type.MONEY,
            "The amount in the reporting currency, at plan rate.",
            derived=True,
        ),
    ),
)
