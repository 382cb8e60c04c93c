"""New customers: accounts that bought for the first time."""

from salesops.kpis._definition import Basis, Facts, Kpi, Need, Table, Unit, Window, ones
from salesops.kpis._populations import within


def _rows(facts: Facts, window: Window) -> Table:
    won = facts.table("opportunity")
    won = won.filter(won.is_won, won.account_id.notnull(), won.closed_on.notnull())
    first = won.group_by("account_id").aggregate(
        happened_on=won.closed_on.min(),
        team=won.team.argmin(won.closed_on),
        owner_id=won.owner_id.argmin(won.closed_on),
        source=won.source.argmin(won.closed_on),
    )
    first = first.filter(within(first.happened_on, window))
    accounts = facts.unfiltered("account").drop("owner_id", "source")
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
