"""Something we sell."""

from salesops.foundations.table import Column, Table, Type

product = Table(
    name="product",
    meaning="Something we sell.",
    key=("id",),
    export_file="Product2",
    columns=(
        Column(
            "id",
            Type.ID,
            "Identifies the row; the source's own id where it has one.",
            required=True,
        ),
        Column("name", Type.TEXT, "Its name.", required=True),
        Column("code", Type.TEXT, "Its number or code."),
        Column("family", Type.CHOICE, "The group it belongs to."),
        Column("list_price_minor", Type.MONEY, "List price."),
        Column("currency", Type.CURRENCY, "Currency of the money in this row."),
        Column("is_active", Type.YES_NO, "It can still be sold."),
    ),
)
