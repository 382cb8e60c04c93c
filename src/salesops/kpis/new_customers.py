"""New customers: accounts that bought for the first time."""

from salesops.kpis._definition import Basis, Facts, Kpi, Need, Table, Unit, Window, ones
from salesops.kpis._populations import within

LENGTH_OF_DAY = len("2026-01-31")


def _rows(facts: Facts, window: Window) -> Table:
    # First among all of them: a filter or a scope may hide the first win, but it does not undo it.
    won = facts.whole("opportunity")
    won = won.filter(won.is_won, won.account_id.notnull(), won.closed_on.notnull())
    # The least of day and id in one text, which sorts as the two would one after the other.
    firsts = won.group_by("account_id").aggregate(
        first=(won.closed_on.cast("string") + won.id).min()
    )
    firsts = firsts.select(first_deal=firsts["first"].substr(LENGTH_OF_DAY))
    deals = facts.table("opportunity")
    deals = deals.filter(deals.is_won, within(deals.closed_on, window))
    first = deals.semi_join(firsts, deals.id == firsts.first_deal)
    first = first.select("account_id", "team", "owner_id", "source", happened_on="closed_on")
    accounts = facts.whole("account").drop("owner_id", "source")
    joined = first.left_join(accounts, first.account_id == accounts.id)
    return joined.mutate(
        id=joined.account_id,
        numerator=ones(joined.account_id.notnull()),
        denominator=ones(joined.account_id.notnull()),
    )


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
