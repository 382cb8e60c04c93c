"""A dimension is a way to split a number: a column of its rows, of an account behind them, or a segment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from salesops.book.custom import MADE_OF, Custom, Kind
from salesops.kpis._definition import Kpi
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
# Fields of few values, by which rows can be put together.
_PUT_TOGETHER = frozenset({Kind.TEXT, Kind.CHOICE, Kind.PERSON})


def dimensions_with(custom: Custom) -> Mapping[str, Dimension]:
    """The dimensions, with those of the fields that a company added to deals and accounts."""
    found = dict(DIMENSIONS)
    for each in custom:
        if each.kind not in _PUT_TOGETHER or each.table not in ("opportunity", "account"):
            continue
        label_table = MADE_OF[each.kind].refers_to
        if each.table == "opportunity":
            made = Dimension(each.short, each.title, each.name, label_table)
        else:
            name, title = f"account_{each.short}", f"{each.title} of the account"
            made = Dimension(name, title, f"account.{each.name}", label_table)
        found[made.name] = made
    return found


def splits_by(kpi: Kpi, dimension: Dimension) -> bool:
    """Whether a KPI can be split by a dimension: by a field of the company's own where its rows are deals, or name
    an account."""
    if dimension.name in DIMENSIONS:
        return dimension.name in kpi.splits
    return SEGMENT in kpi.splits or ("." in dimension.column and "account" in kpi.splits)
