"""Populations that several KPIs count over, each an Ibis expression with the facts of one reading."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from salesops.kpis._definition import Facts, Table, Window, ones

BASIS_POINTS = 10_000
PARTS_PER_MILLION = 1_000_000
SIX_PLACES = "decimal(18, 6)"
MILLIONTH = "0.000001"
NEARLY_WHOLE = 999_990  # millionths: shares rounded to six places, or to thousandths of a percent
# From below half of the quota to beyond 120 % of it; each begins where the one before ends.
ATTAINMENT_BANDS = ("Below 50 %", "50–79 %", "80–99 %", "100–120 %", "Above 120 %")
BEYOND_ALL = 1_000_000  # further than any stage: won


def only(condition: Any, value: Any) -> Any:
    """The value where the condition holds, null elsewhere."""
    import ibis

    return ibis.ifelse(condition.fill_null(False), value, ibis.null())


def within(day: Any, window: Window) -> Any:
    """Whether a day lies in the period."""
    return (day >= window.start) & (day < window.end)


def seconds(moment: Any) -> Any:
    """A day or an instant as whole seconds begun, so that spans are exact integers on every engine.

    Some engines count parts of a second, and turning those into a whole number rounds on one and cuts on another.
    """
    return moment.cast("timestamp").epoch_seconds().floor().cast("int64")


def share_of(value: Any, share: Any) -> Any:
    """A share, of six places, of an amount: exact decimals, rounded to the nearest, half away from zero."""
    return (value * share.cast(SIX_PLACES)).round().cast("int64")


def ratio_of(value: Any, times: Any, over: Any) -> Any:
    """`value` × `times` ÷ `over` to the nearest whole, half upwards; exact while value × times is below 2⁵¹.

    Floor of a division of doubles, which every engine does alike.
    """
    return ((value * times * 2 + over) / (over * 2)).floor().cast("int64")


def closed_in(facts: Facts, window: Window) -> Table:
    """Opportunities that closed in the period."""
    deals = facts.table("opportunity")
    deals = deals.filter(deals.is_closed, within(deals.closed_on, window))
    return deals.mutate(happened_on=deals.closed_on)


def won_in(facts: Facts, window: Window) -> Table:
    """Opportunities won in the period."""
    deals = closed_in(facts, window)
    return deals.filter(deals.is_won)


def open_qualified(facts: Facts) -> Table:
    """Open opportunities in qualified stages."""
    deals = facts.table("opportunity")
    return deals.filter(~deals.is_closed, deals.is_qualified)


def money_of(deals: Table) -> Table:
    """Deals with their value as numerator; those without one are excluded, never 0."""
    return deals.mutate(
        numerator=deals.value_minor,
        denominator=only(deals.value_minor.notnull(), 1).cast("int64"),
        is_excluded=deals.value_minor.isnull(),
    )


def age_of(deals: Table, window: Window) -> Table:
    """Open deals with the seconds since creation; those of unknown or later creation are excluded."""
    import ibis

    # Where only the day is known, whole days: a day of the organisation is no instant of UTC.
    age = ibis.ifelse(
        deals.created_at.notnull(),
        seconds(window.as_of) - seconds(deals.created_at),
        seconds(window.today) - seconds(deals.created_on),
    )
    good = (age >= 0).fill_null(False)
    return deals.mutate(
        numerator=only(good, age), denominator=only(good, 1).cast("int64"), is_excluded=~good
    )


def cycle_of(deals: Table) -> Table:
    """Closed deals with the seconds from creation to close.

    Exact instants where history knows both, else whole days. Deals that closed before they were created, or
    lack one of the days, are excluded.
    """
    import ibis

    exact = deals.closed_at.notnull() & deals.created_at.notnull()
    span = ibis.ifelse(
        exact,
        seconds(deals.closed_at) - seconds(deals.created_at),
        seconds(deals.closed_on) - seconds(deals.created_on),
    )
    good = (span >= 0).fill_null(False)
    return deals.mutate(
        numerator=only(good, span), denominator=only(good, 1).cast("int64"), is_excluded=~good
    )


def stage_entries(facts: Facts, window: Window) -> Table:
    """One row for every open stage an opportunity entered in the period, and how far it has come since.

    `entered_on` is the day of the first entry; re-entries count once. `went_further` is whether it was in an open stage
    of a higher position or was won, so that skipped stages count as reached and going back undoes nothing; `is_open`
    whether it is open and did not. Versions are neither filtered nor scoped by themselves: a deal that belongs
    here belongs here with its whole past, whoever owned it and whatever it was worth then.
    """
    if facts.is_of_now:
        entries = _entered(facts)
        entries = entries.select(
            "opportunity_id",
            "stage",
            "entered_on",
            went_further=entries.fate == "further",
            is_open=entries.fate.isin(["here", "back"]),
        )
        return entered_in(facts, window, entries, of_deals=False)
    entries = stages_entered(facts, window)
    reached = furthest(facts)
    joined = entries.inner_join(reached, entries.opportunity_id == reached.furthest_deal)
    return joined.mutate(
        went_further=joined.furthest > joined.position,
        is_open=~joined.is_closed & (joined.furthest <= joined.position),
    ).drop("furthest", "furthest_deal")


def furthest(facts: Facts) -> Table:
    """How far each deal has ever come, as `furthest`: the highest position of an open stage, beyond all where it was won."""
    import ibis

    coming = facts.whole("opportunity_version")
    coming = coming.filter(coming.outcome.isin(["open", "won"]))
    return coming.group_by(furthest_deal="opportunity_id").aggregate(
        furthest=ibis.ifelse(coming.is_won, BEYOND_ALL, coming.stage_position).max()
    )


def stages_entered(facts: Facts, window: Window) -> Table:
    """As `stage_entries`, without how far each has come."""
    return entered_in(facts, window, first_entries(facts))


def first_entries(facts: Facts) -> Table:
    """One row for every open stage that a deal entered by a recorded change, whenever it did.

    With `entered_at` and `position`; of the newest instant also `entered_on`, and deals that are no more are left out.
    """
    if facts.is_of_now:
        return _entered(facts).select(
            "opportunity_id", "stage", "entered_at", "position", "entered_on"
        )
    versions = facts.whole("opportunity_version")
    entered = versions.filter(versions.is_stage_entry)
    return entered.select(
        "opportunity_id", "stage", entered_at="valid_from", position="stage_position"
    )


def _entered(facts: Facts) -> Table:
    """The passages through stages that were entered by a recorded change."""
    passages = facts.whole("stage_passage")
    return passages.filter(passages.entered_at.notnull(), passages.fate != "skipped")


def entered_in(facts: Facts, window: Window, entries: Table, *, of_deals: bool = True) -> Table:
    """Those rows of opportunity_id and stage that were entered in the period, with their opportunity.

    Their day is `entered_on`, or where they have none yet that of `entered_at`. Who needs nothing of the deals but what
    splits ask for, not `of_deals`, joins none where nothing is asked for and no deal is hidden.
    """
    if "entered_on" not in entries.columns:
        entries = _with_day_entered(facts, window, entries)
    entries = entries.filter(within(entries.entered_on, window))
    is_alone = facts.is_of_now and facts.sees_all("opportunity") and facts.asks_only("stage")
    if is_alone and not of_deals:
        return entries.mutate(happened_on=entries.entered_on)
    deals = facts.table("opportunity").drop("stage", "stage_position")
    joined = entries.inner_join(deals, entries.opportunity_id == deals.id)
    return joined.mutate(happened_on=joined.entered_on)


def _with_day_entered(facts: Facts, window: Window, entries: Table) -> Table:
    """Near the period: a day of the organisation lies within a day of the same day of UTC."""
    import ibis

    a_day, utc_day = ibis.interval(days=1), entries.entered_at.date()
    entries = entries.filter(utc_day >= window.start - a_day, utc_day <= window.end + a_day)
    return facts.on_day(entries, "entered_at", "entered_on")


def chance_of_stage(facts: Facts) -> Table:
    """For each stage, how often closed deals that had been in it were won, to a hundredth of a percent.

    From all of the company's own closed deals, whatever the reader filters by and whosever they may see.
    Columns: chance_pipeline, chance_stage, chance.
    """
    been = first_entries(facts).select("opportunity_id", "stage")
    deals = facts.whole("opportunity")
    deals = deals.filter(deals.is_closed)
    ended = deals.select("id", "pipeline", won=ones(deals.is_won))
    joined = been.inner_join(ended, been.opportunity_id == ended.id)
    counted = joined.group_by(["pipeline", "stage"]).aggregate(
        won=joined.won.sum(), ended=joined.count()
    )
    return counted.select(
        chance_pipeline=counted.pipeline,
        chance_stage=counted.stage,
        chance=decimal_of(ratio_of(counted.won, BASIS_POINTS, counted.ended), "0.0001"),
    )


def weighted(facts: Facts, deals: Table) -> Table:
    """Open deals at their value times the chance of their stage, each rounded to the minor unit."""
    chances = chance_of_stage(facts)
    joined = deals.left_join(
        chances,
        [deals.pipeline == chances.chance_pipeline, deals.stage == chances.chance_stage],
    ).drop("chance_pipeline", "chance_stage")
    worth = share_of(joined.value_minor, joined.chance)
    return joined.mutate(
        numerator=worth,
        denominator=only(worth.notnull(), 1).cast("int64"),
        is_excluded=worth.isnull(),
    ).drop("chance")


def quotas_in(facts: Facts, window: Window, *, scoped: bool = True) -> Table:
    """Quotas with the part that falls into the period by days: of the period and of being employed.

    `held_from`, `held_to` and `days` tell which days those are. Parts of neighbouring periods add up to the
    quota to the minor unit. A quota that only sums up others is left out, or it would count twice: a
    manager's where their people hold some, a team's where its people do.
    """
    import ibis

    quotas = facts.table("quota", scoped=scoped)
    quotas = quotas.filter(
        quotas.starts_on < window.end,
        quotas.ends_on.isnull() | (quotas.ends_on > window.start),
    )
    leaders = _leaders(facts, window)
    quotas = quotas.anti_join(leaders, quotas.person_id == leaders.leader)
    held = _with_days_held(facts, quotas, window)
    if facts.lacks("team_quota"):
        return with_place(facts, held, "person_id", held.held_from)
    placed = with_team(facts, held, "person_id", held.held_from)
    is_persons = placed.person_id.notnull()
    of_team = ones(is_persons).sum().over(ibis.window(group_by=placed.team))
    placed = placed.mutate(of_people=ibis.ifelse(is_persons, 0, of_team))
    return placed.filter(placed.of_people == 0).drop("of_people")


def _leaders(facts: Facts, window: Window) -> Table:
    """Managers of whom somebody holds a quota in the period, as `leader`."""
    quotas = facts.whole("quota")
    quotas = quotas.filter(quotas.starts_on < window.end, quotas.ends_on > window.start)
    people = facts.whole("person")
    led = people.filter(people.manager_id.notnull())
    led = led.semi_join(quotas, led.id == quotas.person_id)
    return led.select(leader="manager_id")


def _with_days_held(facts: Facts, quotas: Table, window: Window) -> Table:
    import ibis

    people = facts.whole("person")
    people = people.select(holder="id", hired="hired_on", gone="left_on")
    quotas = quotas.left_join(people, quotas.person_id == people.holder)
    begins = ibis.greatest(quotas.starts_on, window.start, quotas.hired.coalesce(quotas.starts_on))
    ends = ibis.least(quotas.ends_on, window.end, quotas.gone.coalesce(quotas.ends_on))
    # Engines disagree on the least of a null and a day; without an end there is no part.
    quotas = quotas.mutate(held_from=begins, held_to=only(quotas.ends_on.notnull(), ends))
    until, before, length = (
        days_between(quotas.starts_on, day)
        for day in (quotas.held_to, quotas.held_from, quotas.ends_on)
    )
    value = quotas.value_minor
    part = ratio_of(value, until, length) - ratio_of(value, before, length)
    quotas = quotas.mutate(
        numerator=part,
        denominator=only(part.notnull(), 1).cast("int64"),
        is_excluded=part.isnull(),
        days=until - before,
    )
    return quotas.filter(quotas.days.isnull() | (quotas.days > 0)).drop("holder", "hired", "gone")


def days_between(first: Any, after: Any) -> Any:
    """How many days from a day to another, as an exact whole number."""
    return after.delta(first, unit="day").cast("int64")


def decimal_of(count: Any, unit: str) -> Any:
    """A whole number of units such as 0.0001, as an exact decimal of six places."""
    import ibis

    return (count * ibis.literal(Decimal(unit), SIX_PLACES)).cast(SIX_PLACES)


def with_place(facts: Facts, rows: Table, person: str, day: Any) -> Table:
    """Rows with `owner_id`, and `team` as it was on `day` where the row names none itself.

    Without `team` where nobody asks for it.
    """
    if not facts.asks("team"):
        return rows.mutate(owner_id=rows[person]).drop(*({"team"} & set(rows.columns)))
    return with_team(facts, rows, person, day)


def with_team(facts: Facts, rows: Table, person: str, day: Any) -> Table:
    """As `with_place`, always with `team`."""
    rows = rows.mutate(placed_on=day)
    places = facts.whole("team_membership")
    places = places.select(
        place_person="person_id", place_team="team", place_from="valid_from", place_to="valid_to"
    )
    joined = rows.left_join(
        places,
        [
            rows[person] == places.place_person,
            places.place_from <= rows.placed_on,
            places.place_to > rows.placed_on,
        ],
    )
    own = joined.team if "team" in rows.columns else None
    team = joined.place_team if own is None else own.coalesce(joined.place_team)
    wide = joined.mutate(team=team, owner_id=joined[person])
    return wide.drop("place_person", "place_team", "place_from", "place_to", "placed_on")


def credits_in(facts: Facts, window: Window) -> Table:
    """Won value by whom it is credited to, and their team when the deal closed.

    The splits where a deal has some, else its owner. Overlay credit is left out, so that teams add up to what
    was sold, and the credits of a deal add up to its value to the minor unit: what shares leave over is the
    owner's, and shares of more than the whole are scaled down to it.
    """
    import ibis

    deals = facts.table("opportunity", scoped=False)
    deals = deals.filter(deals.is_won, within(deals.closed_on, window))
    if facts.lacks("opportunity_split"):
        credits = money_of(deals).mutate(happened_on=deals.closed_on)
        return facts.owned(with_place(facts, credits, "owner_id", credits.closed_on), "owner_id")
    parts = _shares_of_credit(facts)
    joined = deals.left_join(parts, deals.id == parts.split_deal)
    value = joined.value_minor
    until = ibis.coalesce(share_of(value, joined.share_to), value)
    credited = until - ibis.coalesce(share_of(value, joined.share_from), 0)
    person = joined.split_person.coalesce(joined.owner_id)
    credits = joined.mutate(
        owner_id=person,
        team=only((person == joined.owner_id) | person.isnull(), joined.team),
        happened_on=joined.closed_on,
        numerator=credited,
        denominator=only(credited.notnull(), 1).cast("int64"),
        is_excluded=credited.isnull(),
    ).drop("split_deal", "split_person", "share_from", "share_to")
    return facts.owned(with_place(facts, credits, "owner_id", credits.closed_on), "owner_id")


def _shares_of_credit(facts: Facts) -> Table:
    """Each split as the stretch of its deal it takes, from 0 to 1, one after the other without a gap.

    Columns: split_deal, split_person (null for the owner), share_from, share_to.
    """
    import ibis

    splits = facts.whole("opportunity_split")
    splits = splits.filter(~splits.is_overlay.fill_null(False), splits.share > 0)
    splits = splits.select(
        "id",
        split_deal="opportunity_id",
        split_person="person_id",
        part=(splits.share * PARTS_PER_MILLION).cast("int64"),
    )
    deal = ibis.window(group_by="split_deal")
    so_far = ibis.window(
        group_by="split_deal", order_by=["split_person", "id"], preceding=None, following=0
    )
    splits = splits.mutate(until=splits.part.sum().over(so_far), total=splits.part.sum().over(deal))
    # Thirds written with six places fall a millionth short: that is the whole, and nobody's remainder.
    is_whole = splits.total > NEARLY_WHOLE
    over = ibis.ifelse(is_whole, splits.total, ibis.literal(PARTS_PER_MILLION, "int64"))
    taken = splits.select(
        "split_deal",
        "split_person",
        share_from=decimal_of(
            ratio_of(splits.until - splits.part, PARTS_PER_MILLION, over), MILLIONTH
        ),
        share_to=decimal_of(ratio_of(splits.until, PARTS_PER_MILLION, over), MILLIONTH),
    )
    short = splits.filter(splits.total <= NEARLY_WHOLE)
    left = short.select(
        "split_deal",
        split_person=ibis.null("string"),
        share_from=decimal_of(short.total, MILLIONTH),
        share_to=ibis.literal(Decimal(1), SIX_PLACES),
    ).distinct()
    return taken.union(left)


def attainment_of_people(facts: Facts, window: Window) -> Table:
    """One row for every person who held a quota on all days of the period for which there are quotas.

    Columns: those of person, `credited` and `quota` in minor units, `attainment` (the band), `owner_id`, and
    `team` as it was on their last day of the period.
    """
    import ibis

    quotas = quotas_in(facts, window, scoped=False)
    quotas = quotas.filter(quotas.owner_id.notnull(), quotas.days.notnull())
    # Two quotas for the same days, of two product families, are not twice the days.
    spans = quotas.group_by(["owner_id", "held_from", "held_to"]).aggregate(
        quota=quotas.numerator.sum(), days=quotas.days.max()
    )
    held = spans.group_by("owner_id").aggregate(
        quota=spans.quota.sum(),
        days=spans.days.sum(),
        first=spans.held_from.min(),
        after=spans.held_to.max(),
    )
    everybody = ibis.window()
    held = held.mutate(
        asked=days_between(held["first"].min().over(everybody), held.after.max().over(everybody))
    )
    whole = held.filter(
        held.days >= held.asked,
        days_between(held["first"], held.after) >= held.asked,
        held.quota > 0,
    )
    both = whole.select("owner_id", "after", "quota")
    credits = credits_in(facts, window)
    earned = credits.group_by("owner_id").aggregate(sold=credits.numerator.sum())
    earned = earned.select(earner="owner_id", sold="sold")
    both = both.left_join(earned, both.owner_id == earned.earner)
    both = both.mutate(credited=both.sold.fill_null(0)).drop("earner", "sold")
    if facts.asks("attainment"):
        both = both.mutate(attainment=_band(both.credited * 100, both.quota))
    people = facts.whole("person").drop("team")
    known = both.owner_id == people.id
    named = (both.inner_join if facts.asks(*people.columns) else both.semi_join)(people, known)
    last = ibis.least(named.after - ibis.interval(days=1), window.today).cast("date")
    return facts.owned(with_place(facts, named, "owner_id", last).drop("after"), "owner_id")


def _band(hundredfold: Any, quota: Any) -> Any:
    """The band of an attainment, compared without dividing: 79.9 % is below 80, and 120 % not above it."""
    import ibis

    below50, below80, below100, to120, above = ATTAINMENT_BANDS
    return ibis.cases(
        (hundredfold < quota * 50, below50),
        (hundredfold < quota * 80, below80),
        (hundredfold < quota * 100, below100),
        (hundredfold <= quota * 120, to120),
        else_=above,
    )


def paying_accounts(facts: Facts, day: Any) -> Table:
    """One row an account that pays on `day`: account_id, `monthly` and `margin` in minor units."""
    rows = facts.table("recurring_revenue")
    rows = rows.filter(rows.starts_on <= day, rows.ends_on.isnull() | (rows.ends_on > day))
    margin = share_of(rows.value_minor, rows.gross_margin)
    return rows.group_by("account_id").aggregate(
        monthly=rows.value_minor.sum(),
        margin=margin.sum(),
        monthly_known=only(rows.gross_margin.notnull(), rows.value_minor).sum(),
    )


def with_account(facts: Facts, rows: Table) -> Table:
    """Rows by account with those of the account's columns they lack; `id` is the account's.

    An account that is not known, or was not yet in the files at the reading, keeps its row. Without those
    columns where nobody asks for one.
    """
    rows = rows.mutate(id=rows.account_id)
    accounts = facts.whole("account").rename(known_id="id")
    accounts = accounts.drop(*(sorted({*accounts.columns} & {*rows.columns})))
    if not facts.asks(*accounts.columns):
        return rows
    return rows.left_join(accounts, rows.account_id == accounts.known_id).drop("known_id")
