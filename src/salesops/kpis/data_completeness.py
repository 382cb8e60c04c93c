"""Data completeness: required fields that are filled, by what the stage requires."""

from typing import Any

from salesops.foundations.spelling import SAYS_NOTHING
from salesops.kpis._definition import Basis, Facts, Kpi, Need, Table, Unit, Window, ones


def _filled(column: Any) -> Any:
    return ones(~column.re_search(SAYS_NOTHING))


def _rows(facts: Facts, _window: Window) -> Table:
    """Every deal needs owner, account, amount and close date; open qualified ones a next step too."""
    deals = facts.table("opportunity")
    always = (
        _filled(deals.owner_id)
        + _filled(deals.account_id)
        + ones(deals.amount_minor != 0)
        + ones(deals.close_date.notnull())
        + _filled(deals.source)
    )
    later = (~deals.is_closed & deals.is_qualified).fill_null(False)
    lost = (deals.outcome == "lost").fill_null(False)
    return deals.mutate(
        numerator=always
        + ones(later) * _filled(deals.next_step)
        + ones(lost) * _filled(deals.loss_reason),
        denominator=ones(deals.id.notnull()) * 5 + ones(later) + ones(lost),
    )


data_completeness = Kpi(
    name="data_completeness",
    number="91",
    title="Data completeness",
    group="data",
    question="How much of what we need to know is filled in?",
    meaning="Of the fields an opportunity needs (owner, account, amount, close date, source; a next step while open and qualified; a loss reason once lost), the share that is filled with something real.",
    formula="filled required fields ÷ required fields",
    numerator_words="filled fields",
    denominator_words="required fields",
    unit=Unit.SHARE,
    basis=Basis.POINT,
    better="up",
    source="DAMA",
    pitfalls="“n/a”, “x” and 0 count as empty.",
    rows=_rows,
    needs=(Need("opportunity", "stage", "opportunities", "Opportunity"),),
)
