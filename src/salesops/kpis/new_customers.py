"""New customers: accounts that bought for the first time."""

from salesops.kpis._definition import Basis, Facts, Kpi, Need, Table, Unit, Window, ones
from salesops.kpis._populations import with_account, within


def _rows(facts: Facts, window: Window) -> Table:
    import ibis

    # First among all of them: a filter or a scope may hide the first win, but it does not undo it.
    won = facts.whole("opportunity")
    won = won.filter(won.is_won, won.account_id.notnull())
    before = won.filter(won.closed_on < window.start).select(known_account="account_id")
    bought = won.filter(within(won.closed_on, window))
    bought = bought.anti_join(before, bought.account_id == before.known_account)
    # Of several won on one day the first by id, so that each account counts once and for one of them.
    # The least of such rows is found in a third of the time that numbering them takes.
    row = ibis.struct(
        {name: bought[name] for name in ("closed_on", "id", "team", "owner_id", "source")}
    )
    firsts = bought.group_by("account_id").aggregate(row=row.min())
    first = firsts.select("account_id", *(firsts.row[n].name(n) for n in row.names))
    if not facts.sees_all("opportunity"):
        deals = facts.table("opportunity")
        first = first.semi_join(deals, first.id == deals.id)
    first = first.select("account_id", "team", "owner_id", "source", happened_on="closed_on")
    counted = first.mutate(
        numerator=ones(first.account_id.notnull()), denominator=ones(first.account_id.notnull())
    )
    return with_account(facts, counted)


new_customers = Kpi(
    name="new_customers",
    number="61b",
    title="New customers",
    group="economics",
    question="How many customers did we gain?",
    meaning="Accounts whose first won opportunity closed in the period.",
    formula="accounts with their first win in the period",
    numerator_words="new customers",
    denominator_words="new customers",
    unit=Unit.COUNT,
    basis=Basis.CLOSED,
    better="up",
    source="SEED",
    version=2,
    pitfalls="Opportunities without an account cannot make a new customer.",
    rows_of="account",
    rows=_rows,
    is_sum=True,
    needs=(
        Need("opportunity", "closed_on", "closed opportunities", "Opportunity"),
        Need("opportunity", "account_id", "accounts on opportunities", "Account"),
    ),
    splits=("team", "person", "source", "industry", "country", "region", "account"),
)
