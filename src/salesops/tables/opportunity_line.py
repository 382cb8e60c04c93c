"""One product on an opportunity."""

from salesops.foundations.table import Column, Table, Type

opportunity_line = Table(
    name="opportunity_line",
    meaning="One product on an opportunity.",
    key=("id",),
    export_file="OpportunityLineItem",
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
        Column("product_id", Type.ID, "What is sold.", refers_to="product"),
        Column("quantity", Type.DECIMAL, "How many."),
        Column("list_price_minor", Type.MONEY, "List price of one."),
        Column("unit_price_minor", Type.MONEY, "Price of one as offered."),
        Column("amount_minor", Type.MONEY, "Quantity times unit price, as the source states it."),
        Column("currency", Type.CURRENCY, "Currency of the money in this row."),
        Column("service_on", Type.DATE, "When it is delivered or starts."),
    ),
)
