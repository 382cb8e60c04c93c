"""Populations that several KPIs count over, each an Ibis expression with the facts of one reading."""

from __future__ import annotations

from typing import Any

from salesops.kpis._definition import SECONDS_A_DAY, Facts, Table, Window, ones

BASIS_POINTS = 10_000
PARTS_PER_MILLION = 1_000_000


def only(condition: Any, value: Any) -> Any:
    """The value where the condition holds, null elsewhere."""
    import ibis

    return ibis.ifelse(condition.fill_null(False), value, ibis.null())


def within(day: Any, window: Window) -> Any:
    """Whether a day lies in the period."""
    return (day >= window.start) & (day < window.end)


def seconds(moment: Any) -> Any:
    """A day or an instant as seconds, so that spans are exact integers on every engine."""
    return moment.cast("timestamp").epoch_seconds().cast("int64")


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
    going back undoes nothing.
    """
    import ibis

    versions = facts.table("opportunity_version")
    versions = versions.filter(
        versions.change_source == "history", versions.outcome.isin(["open", "won"])
    )
    reached = versions.group_by("opportunity_id").aggregate(
        furthest=ibis.ifelse(versions.is_won, 1_000_000, versions.stage_position).max()
    )
    staying = versions.filter(versions.outcome == "open")
    entries = staying.group_by(["opportunity_id", "stage"]).aggregate(
        entered_on=staying.valid_from.min().date(), position=staying.stage_position.max()
    )
    entries = entries.filter(within(entries.entered_on, window))
    entries = entries.inner_join(reached, "opportunity_id")
    deals = facts.table("opportunity").drop("stage", "stage_position")
    joined = entries.inner_join(deals, entries.opportunity_id == deals.id)
    return joined.mutate(happened_on=joined.entered_on)


def chance_of_stage(facts: Facts) -> Table:
    """For each stage, how often closed deals that had been in it were won, in basis points.

    From all of the company's own closed deals, whatever the reader filters by. Columns: chance_pipeline,
    chance_stage, chance.
    """
    versions = facts.unfiltered("opportunity_version")
    versions = versions.filter(versions.change_source == "history", versions.outcome == "open")
    been = versions.select("opportunity_id", "stage").distinct()
    deals = facts.unfiltered("opportunity")
    deals = deals.filter(deals.is_closed)
    ended = deals.select("id", "pipeline", won=ones(deals.is_won))
    joined = been.inner_join(ended, been.opportunity_id == ended.id)
    counted = joined.group_by(["pipeline", "stage"]).aggregate(
        won=joined.won.sum(), ended=joined.count()
    )
    return counted.select(
        chance_pipeline=counted.pipeline,
        chance_stage=counted.stage,
        chance=(counted.won * BASIS_POINTS / counted.ended).round().cast("int64"),
    )


def weighted(facts: Facts, deals: Table) -> Table:
    """Open deals at their value times the chance of their stage, each rounded to the minor unit."""
    import ibis

    chances = chance_of_stage(facts)
    joined = deals.left_join(
        chances,
        [deals.pipeline == chances.chance_pipeline, deals.stage == chances.chance_stage],
    ).drop("chance_pipeline", "chance_stage")
    half = BASIS_POINTS // 2
    worth = ((joined.value_minor * joined.chance + half) / BASIS_POINTS).floor().cast("int64")
    known = joined.value_minor.notnull() & joined.chance.notnull()
    return joined.mutate(
        numerator=only(known, worth),
        denominator=ibis.ifelse(known, 1, ibis.null()).cast("int64"),
        is_excluded=~known,
    ).drop("chance")


def quotas_in(facts: Facts, window: Window) -> Table:
    """Quotas with the part that falls into the period by days; `days` tells how many that are.

    A manager's quota that only sums up those of their people is left out, or it would count twice.
    """
    quotas = facts.table("quota")
    quotas = quotas.filter(quotas.starts_on < window.end, quotas.ends_on > window.start)
    people = facts.unfiltered("person")
    holders = quotas.filter(quotas.person_id.notnull()).select(holder="person_id").distinct()
    led = people.inner_join(holders, people.id == holders.holder)
    leaders = led.filter(led.manager_id.notnull()).select(leader="manager_id").distinct()
    quotas = quotas.anti_join(leaders, quotas.person_id == leaders.leader)
    import ibis

    start = seconds(ibis.greatest(quotas.starts_on, window.start))
    end = seconds(ibis.least(quotas.ends_on, window.end))
    inside = (end - start) / SECONDS_A_DAY
    whole = (seconds(quotas.ends_on) - seconds(quotas.starts_on)) / SECONDS_A_DAY
    part = (quotas.value_minor * inside / whole).round().cast("int64")
    quotas = quotas.mutate(
        numerator=part,
        denominator=only(part.notnull(), 1).cast("int64"),
        is_excluded=part.isnull(),
        days=inside.cast("int64"),
    )
    return with_place(facts, quotas, "person_id", quotas.starts_on)


def with_place(facts: Facts, rows: Table, person: str, day: Any) -> Table:
    """Rows with `owner_id`, and `team` as it was on `day` where the row names none itself."""
    places = facts.unfiltered("team_membership")
    places = places.select(
        place_person="person_id", place_team="team", place_from="valid_from", place_to="valid_to"
    )
    joined = rows.left_join(
        places,
        [
            rows[person] == places.place_person,
            places.place_from <= day,
            places.place_to > day,
        ],
    )
    own = joined.team if "team" in rows.columns else None
    team = joined.place_team if own is None else own.coalesce(joined.place_team)
    wide = joined.mutate(team=team, owner_id=joined[person])
    return wide.drop("place_person", "place_team", "place_from", "place_to")


def credits_in(facts: Facts, window: Window) -> Table:
    """Won value by whom it is credited to: the splits where a deal has some, else its owner.

    Overlay credit is left out, so that teams add up to what was sold.
    """
    import ibis

    deals = won_in(facts, window)
    splits = facts.unfiltered("opportunity_split")
    splits = splits.filter(~splits.is_overlay.fill_null(False), splits.share.notnull())
    parts = splits.select(
        split_deal="opportunity_id", split_person="person_id", split_share="share"
    )
    joined = deals.left_join(parts, deals.id == parts.split_deal)
    share = joined.split_share.cast("float64").fill_null(1.0)
    credited = (joined.value_minor * share).round().cast("int64")
    return joined.mutate(
        owner_id=ibis.coalesce(joined.split_person, joined.owner_id),
        numerator=credited,
        denominator=only(credited.notnull(), 1).cast("int64"),
        is_excluded=credited.isnull(),
    ).drop("split_deal", "split_person", "split_share")


def attainment_of_people(facts: Facts, window: Window) -> Table:
    """One row for every person who held a quota for as long as anybody in the period.

    Columns: those of person, `credited` and `quota` in minor units, `owner_id` and `team`.
    """
    quotas = quotas_in(facts, window)
    quotas = quotas.filter(quotas.owner_id.notnull())
    held = quotas.group_by("owner_id").aggregate(
        quota=quotas.numerator.sum(), days=quotas.days.sum(), place=quotas.team.max()
    )
    longest = held.days.max().name("longest")
    held = held.mutate(longest=longest.as_scalar())
    held = held.filter(held.days >= held.longest, held.quota > 0)
    credits = credits_in(facts, window)
    earned = credits.group_by("owner_id").aggregate(credited=credits.numerator.sum())
    earned = earned.select(earner="owner_id", credited="credited")
    both = held.left_join(earned, held.owner_id == earned.earner)
    both = both.mutate(credited=both.credited.fill_null(0))
    people = facts.unfiltered("person").drop("team")
    named = both.inner_join(people, both.owner_id == people.id)
    return named.mutate(team=named.place)


def paying_accounts(facts: Facts, day: Any) -> Table:
    """One row an account that pays on `day`: account_id, `monthly` and `margin` in minor units."""
    rows = facts.table("recurring_revenue")
    rows = rows.filter(rows.starts_on <= day, rows.ends_on.isnull() | (rows.ends_on > day))
    margin = (rows.value_minor * rows.gross_margin.cast("float64")).round().cast("int64")
    return rows.group_by("account_id").aggregate(
        monthly=rows.value_minor.sum(),
        margin=only(rows.gross_margin.notnull(), margin).sum(),
        monthly_known=only(rows.gross_margin.notnull(), rows.value_minor).sum(),
    )


def with_account(facts: Facts, rows: Table) -> Table:
    """Rows by account with the account's own columns, `account_id` kept."""
    accounts = facts.unfiltered("account")
    return rows.inner_join(accounts, rows.account_id == accounts.id)
