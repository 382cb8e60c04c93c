"""Credit for an opportunity shared among people."""

from salesops.foundations.table import Column, Table, Type

opportunity_split = Table(
    name="opportunity_split",
    meaning="Credit for an opportunity shared among people.",
    key=("id",),
    export_file="OpportunitySplit",
    columns=(
        Column(
            "id",
            Type.ID,
            "Identifies the row; the source's own id where it has one.",
            required=True,
        ),
        Column(
            "opportunity_id", Type.ID, "Its opportunity.", refers_to="opportunity", required=True
        ),
        Column("person_id", Type.ID, "Who is credited.", refers_to="person", required=True),
        Column("share", Type.SHARE, "Share of the credit."),
        Column("amount_minor", Type.MONEY, "Amount credited, where the source states one."),
        Column("currency", Type.CURRENCY, "Currency of the money in this row."),
        Column("is_overlay", Type.YES_NO, "Credit on top, counted once in team totals."),
    ),
)
