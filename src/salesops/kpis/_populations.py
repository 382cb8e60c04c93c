"""Populations that several KPIs count over, each an Ibis expression with the facts of one reading."""

from __future__ import annotations

from typing import Any

from salesops.kpis._definition import SECONDS_A_DAY, Facts, Table, Window, ones

BASIS_POINTS = 10_000
PARTS_PER_MILLION = 1_000_000
NEARLY_WHOLE = 999_990  # millionths: shares rounded to six places, or to thousandths of a percent
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


def whole_part(number: Any, of: Any) -> Any:
    """How often `of`, above 0, goes wholly into a whole number; below 0 towards the smaller.

    Exact below 2⁵², although engines divide integers as floats: a quotient that is not whole differs from
    the nearest whole number by at least 1 ÷ `of`, which is more than the rounding of the division.
    """
    return (number / of).floor().cast("int64")


def scaled(value: Any, times: Any, over: Any) -> Any:
    """`value` × `times` ÷ `over` to the nearest whole, half upwards; exact while over × times is below 2⁵²."""
    whole = whole_part(value, over)
    rest = value - whole * over
    return whole * times + whole_part(rest * times * 2 + over, over * 2)


def millionths(part: Any, whole: Any) -> Any:
    """`part` ÷ `whole` in millionths, to the nearest, in two steps so that no product outgrows 2⁵²."""
    thousand = 1_000
    ones_ = whole_part(part, whole)
    rest = (part - ones_ * whole) * thousand
    thousandths = whole_part(rest, whole)
    left = rest - thousandths * whole
    return ones_ * PARTS_PER_MILLION + thousandths * thousand + scaled(left, thousand, whole)


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
    """One row for every open stage an opportunity entered, with the furthest it has come since.

    `entered_on` is the day of the first entry; re-entries count once. `furthest` is the highest position among
    open stages it was ever in, or beyond all for a won deal, so that skipped stages count as reached and
    going back undoes nothing. Versions are neither filtered nor scoped by themselves: a deal that belongs
    here belongs here with its whole past, whoever owned it and whatever it was worth then.
    """
    import ibis

    versions = facts.whole("opportunity_version")
    coming = versions.filter(versions.outcome.isin(["open", "won"]))
    reached = coming.group_by("opportunity_id").aggregate(
        furthest=ibis.ifelse(coming.is_won, BEYOND_ALL, coming.stage_position).max()
    )
    staying = versions.filter(versions.change_source == "history", versions.outcome == "open")
    entries = staying.group_by(["opportunity_id", "stage"]).aggregate(
        entered_at=staying.valid_from.min(), position=staying.stage_position.max()
    )
    entries = facts.on_day(entries, "entered_at", "entered_on")
    entries = entries.filter(within(entries.entered_on, window))
    entries = entries.inner_join(reached, "opportunity_id")
    deals = facts.table("opportunity").drop("stage", "stage_position")
    joined = entries.inner_join(deals, entries.opportunity_id == deals.id)
    return joined.mutate(happened_on=joined.entered_on)


def chance_of_stage(facts: Facts) -> Table:
    """For each stage, how often closed deals that had been in it were won, in basis points.

    From all of the company's own closed deals, whatever the reader filters by and whosever they may see.
    Columns: chance_pipeline, chance_stage, chance.
    """
    versions = facts.whole("opportunity_version")
    versions = versions.filter(versions.change_source == "history", versions.outcome == "open")
    been = versions.select("opportunity_id", "stage").distinct()
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
        chance=scaled(counted.won, BASIS_POINTS, counted.ended),
    )


def weighted(facts: Facts, deals: Table) -> Table:
    """Open deals at their value times the chance of their stage, each rounded to the minor unit."""
    chances = chance_of_stage(facts)
    joined = deals.left_join(
        chances,
        [deals.pipeline == chances.chance_pipeline, deals.stage == chances.chance_stage],
    ).drop("chance_pipeline", "chance_stage")
    worth = scaled(joined.value_minor, joined.chance, BASIS_POINTS)
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
    quotas = facts.table("quota", scoped=scoped)
    quotas = quotas.filter(
        quotas.starts_on < window.end,
        quotas.ends_on.isnull() | (quotas.ends_on > window.start),
    )
    leaders = _leaders(facts, window)
    quotas = quotas.anti_join(leaders, quotas.person_id == leaders.leader)
    held = _with_days_held(facts, quotas, window)
    placed = with_place(facts, held, "person_id", held.held_from)
    peopled = placed.filter(placed.person_id.notnull()).select(peopled_team="team").distinct()
    placed = placed.left_join(peopled, placed.team == peopled.peopled_team)
    placed = placed.filter(placed.person_id.notnull() | placed.peopled_team.isnull())
    return placed.drop("peopled_team")


def _leaders(facts: Facts, window: Window) -> Table:
    """Managers of whom somebody holds a quota in the period, as `leader`."""
    quotas = facts.whole("quota")
    quotas = quotas.filter(quotas.starts_on < window.end, quotas.ends_on > window.start)
    holders = quotas.filter(quotas.person_id.notnull()).select(holder="person_id").distinct()
    people = facts.whole("person")
    led = people.inner_join(holders, people.id == holders.holder)
    return led.filter(led.manager_id.notnull()).select(leader="manager_id").distinct()


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
        _days(quotas.starts_on, day) for day in (quotas.held_to, quotas.held_from, quotas.ends_on)
    )
    part = scaled(quotas.value_minor, until, length) - scaled(quotas.value_minor, before, length)
    quotas = quotas.mutate(
        numerator=part,
        denominator=only(part.notnull(), 1).cast("int64"),
        is_excluded=part.isnull(),
        days=until - before,
    )
    return quotas.filter(quotas.days.isnull() | (quotas.days > 0)).drop("holder", "hired", "gone")


def _days(first: Any, after: Any) -> Any:
    return whole_part(seconds(after) - seconds(first), SECONDS_A_DAY)


def with_place(facts: Facts, rows: Table, person: str, day: Any) -> Table:
    """Rows with `owner_id`, and `team` as it was on `day` where the row names none itself."""
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
    deals = facts.table("opportunity", scoped=False)
    deals = deals.filter(deals.is_won, within(deals.closed_on, window))
    parts = _shares_of_credit(facts)
    joined = deals.left_join(parts, deals.id == parts.split_deal)
    value = joined.value_minor
    until = scaled(value, joined.share_to.coalesce(PARTS_PER_MILLION), PARTS_PER_MILLION)
    credited = until - scaled(value, joined.share_from.coalesce(0), PARTS_PER_MILLION)
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
    """Each split as the stretch of its deal it takes, in millionths, one after the other without a gap.

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
    whole = ibis.ifelse(
        splits.total > NEARLY_WHOLE, splits.total, ibis.literal(PARTS_PER_MILLION, "int64")
    )
    taken = splits.select(
        "split_deal",
        "split_person",
        share_from=scaled(splits.until - splits.part, PARTS_PER_MILLION, whole),
        share_to=scaled(splits.until, PARTS_PER_MILLION, whole),
    )
    short = splits.filter(splits.total <= NEARLY_WHOLE)
    left = short.select(
        "split_deal",
        split_person=ibis.null("string"),
        share_from=short.total,
        share_to=ibis.literal(PARTS_PER_MILLION, "int64"),
    ).distinct()
    return taken.union(left)


def attainment_of_people(facts: Facts, window: Window) -> Table:
    """One row for every person who held a quota on all days of the period for which there are quotas.

    Columns: those of person, `credited` and `quota` in minor units, `owner_id`, and `team` as it was on their
    last day of the period.
    """
    import ibis

    quotas = quotas_in(facts, window, scoped=False)
    quotas = quotas.filter(quotas.owner_id.notnull(), quotas.days.notnull())
    goals = quotas.group_by("owner_id").aggregate(goal=quotas.numerator.sum())
    # Two quotas for the same days, of two product families, are not twice the days.
    spans = quotas.select("owner_id", "held_from", "held_to", "days").distinct()
    held = spans.group_by("owner_id").aggregate(
        days=spans.days.sum(), first=spans.held_from.min(), after=spans.held_to.max()
    )
    held = held.mutate(
        all_from=held["first"].min().over(ibis.window()),
        all_to=held.after.max().over(ibis.window()),
    )
    asked = _days(held.all_from, held.all_to)
    held = held.filter(held.days >= asked, _days(held["first"], held.after) >= asked)
    both = held.inner_join(goals, "owner_id")
    both = both.filter(both.goal > 0).select("owner_id", "after", quota="goal")
    credits = credits_in(facts, window)
    earned = credits.group_by("owner_id").aggregate(sold=credits.numerator.sum())
    earned = earned.select(earner="owner_id", sold="sold")
    both = both.left_join(earned, both.owner_id == earned.earner)
    both = both.mutate(credited=both.sold.fill_null(0)).drop("earner", "sold")
    people = facts.whole("person").drop("team")
    named = both.inner_join(people, both.owner_id == people.id)
    last = ibis.least(named.after - ibis.interval(days=1), window.today).cast("date")
    placed = with_place(facts, named, "owner_id", last).drop("after")
    return facts.owned(placed, "owner_id")


def paying_accounts(facts: Facts, day: Any) -> Table:
    """One row an account that pays on `day`: account_id, `monthly` and `margin` in minor units."""
    rows = facts.table("recurring_revenue")
    rows = rows.filter(rows.starts_on <= day, rows.ends_on.isnull() | (rows.ends_on > day))
    share = (rows.gross_margin * PARTS_PER_MILLION).cast("int64")
    margin = scaled(rows.value_minor, share, PARTS_PER_MILLION)
    return rows.group_by("account_id").aggregate(
        monthly=rows.value_minor.sum(),
        margin=margin.sum(),
        monthly_known=only(rows.gross_margin.notnull(), rows.value_minor).sum(),
    )


def with_account(facts: Facts, rows: Table) -> Table:
    """Rows by account with the account's own columns, `account_id` kept.

    An account that is not known, or was not yet in the files at the reading, keeps its row.
    """
    accounts = facts.whole("account")
    joined = rows.left_join(accounts, rows.account_id == accounts.id)
    return joined.mutate(id=joined.account_id)
