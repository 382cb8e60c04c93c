"""A dimension is a way to split a number: a column of its rows, of an account behind them, or a segment."""

from __future__ import annotations

from dataclasses import dataclass

from salesops.kpis._populations import ATTAINMENT_BANDS

GRAINS = ("week", "month", "quarter", "year")


@dataclass(frozen=True)
class Dimension:
    """How a number is split.

    `column` is the column of the population, or `account.industry` for one of a table it refers to.
    `label_table` names the table whose `name` stands for the key, where the key is an id.
    """

    name: str
    title: str
    column: str
    label_table: str = ""
    values: tuple[str, ...] = ()  # in their order, where they have one


DIMENSIONS: dict[str, Dimension] = {
    d.name: d
    for d in (
        Dimension("team", "Team", "team"),
        Dimension("person", "Person", "owner_id", "person"),
        Dimension("stage", "Stage", "stage"),
        Dimension("source", "Source", "source"),
        Dimension("product", "Product", "product_id", "product"),
        Dimension("type", "Type", "type"),
        Dimension("pipeline", "Pipeline", "pipeline"),
        Dimension("forecast_category", "Forecast category", "forecast_category"),
        Dimension("industry", "Industry", "account.industry"),
        Dimension("country", "Country", "account.country"),
        Dimension("region", "Region", "account.region"),
        Dimension("account", "Account", "account_id", "account"),
        Dimension("campaign", "Campaign", "campaign_id", "campaign"),
        Dimension("loss_reason", "Loss reason", "loss_reason"),
        Dimension("outcome", "Outcome", "outcome"),
        Dimension("currency", "Currency", "currency"),
        Dimension("activity", "Activity", "kind"),
        Dimension("category", "Category", "category"),
        Dimension("attainment", "Attainment", "attainment", values=ATTAINMENT_BANDS),
    )
}
SEGMENT = "segment"
