"""What a book answers whatever the KPI: periods, conditions, scopes, segments, orders, refusals and shows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from salesops.book.book import Book
from salesops.book.settings import CalendarSettings, Settings
from salesops.foundations.problem import Refusal
from salesops.kpis import KPIS

# -- periods ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("label", "start", "end"),
    [
        ("2026Q2", date(2026, 4, 1), date(2026, 7, 1)),
        ("2026-07", date(2026, 7, 1), date(2026, 8, 1)),
        ("2026-01-05..2026-01-06", date(2026, 1, 5), date(2026, 1, 7)),
        ("last_quarter", date(2026, 1, 1), date(2026, 4, 1)),
    ],
)
def test_periods_are_named_in_many_ways(rich: Book, label: str, start: date, end: date) -> None:
    assert (rich.period(label).start, rich.period(label).end) == (start, end)


def test_last_quarter_is_counted_from_the_day_of_the_reading(rich: Book) -> None:
    assert rich.as_of("2026-02-01").period("last_quarter").label == "2025Q4"


def test_neighbouring_periods_share_no_deal_and_lose_none(rich: Book) -> None:
    whole = rich.measure("win_rate", period="2026").figure
    parts = [rich.measure("win_rate", period=f"2026Q{q}").figure for q in (1, 2, 3, 4)]
    assert sum(p.n for p in parts) == whole.n
    assert sum(p.numerator or 0 for p in parts) == whole.numerator


def test_split_by_quarter_is_the_quarters_one_by_one(rich: Book) -> None:
    for figure in rich.measure("win_rate", by="quarter"):
        alone = rich.measure("win_rate", period=figure.key[0]).figure
        assert (alone.numerator, alone.denominator) == (figure.numerator, figure.denominator)


def test_what_is_of_a_moment_has_no_quarters_and_says_how_to_ask(rich: Book) -> None:
    with pytest.raises(Refusal, match="Ask for one period or one day after the other"):
        rich.measure("open_pipeline", by=["quarter"])


def test_a_series_reads_the_state_at_each_periods_end(rich: Book) -> None:
    months = [rich.period(f"2026M0{m}") for m in (2, 3)]
    found = rich.series("open_pipeline", months)
    alone = [rich.as_of(day).measure("open_pipeline").value for day in ("2026-02-28", "2026-03-31")]
    assert [m.value for m in found] == alone
    assert [m.as_of.date() for m in found] == [date(2026, 2, 28), date(2026, 3, 31)]


def test_a_series_of_dated_rows_reads_what_is_known_now(rich: Book) -> None:
    quarters = [rich.period("2026Q1"), rich.period("2026Q2")]
    found = rich.series("win_rate", quarters)
    assert [m.value for m in found] == [rich.measure("win_rate", period=q).value for q in quarters]


# -- conditions ------------------------------------------------------------------------------------


def test_a_condition_narrows_and_is_named_in_the_result(rich: Book) -> None:
    measured = rich.where("type = 'New'").measure("win_rate")
    assert measured.filters == ("type = 'New'",)
    assert (
        measured.figure.n == rich.measure("win_rate").figure.n - 2
    )  # one renewal won, one given up


def test_conditions_add_up(rich: Book) -> None:
    both = rich.where("type = 'New'").where("source = 'Web' or source = 'Fair'")
    assert (
        both.measure("win_rate").figure.n
        == rich.where("type = 'New' and (source = 'Web' or source = 'Fair')")
        .measure("win_rate")
        .figure.n
    )


def test_a_condition_may_speak_of_the_account(rich: Book) -> None:
    media = rich.where("account.industry = 'Media'").measure("win_rate").figure
    by_industry = {f.key[0]: f for f in rich.measure("win_rate", by=["industry"])}
    assert (media.numerator, media.n) == (by_industry["Media"].numerator, by_industry["Media"].n)


def test_a_wrong_word_in_a_condition_is_refused(rich: Book) -> None:
    with pytest.raises(Refusal, match="amonut"):
        rich.where("amonut > 5")


@pytest.mark.parametrize("name", sorted(k.name for k in KPIS.values() if not k.takes_where))
def test_no_condition_on_deals_is_claimed_where_it_narrows_nothing(rich: Book, name: str) -> None:
    figure = rich.where("type = 'New'").measure(name).figure
    assert figure.value is None
    assert "no condition" in figure.why


# -- scope -----------------------------------------------------------------------------------------


def test_a_reader_sees_their_own_deals_with_the_whole_past_of_each(rich: Book) -> None:
    bob = rich.seen_by(["bob"])
    rows = bob.rows_behind("stage_conversion").dicts()
    assert {r["id"] for r in rows} == {"d0", "d2", "d5"}
    first = min(r["happened_on"] for r in rows if r["id"] == "d2")
    assert first == date(2026, 1, 5)  # when ann still had it


@pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")
def test_who_has_nothing_sees_nothing(rich: Book) -> None:
    assert rich.seen_by([]).measure("win_rate").figure.n == 0
    assert rich.seen_by(["nobody"]).opportunity.count().to_pyarrow().as_py() == 0


def test_two_readers_together_see_what_each_does(rich: Book) -> None:
    parts = [rich.seen_by([p]).measure("win_rate").figure.n for p in ("ann", "bob")]
    assert rich.seen_by(["ann", "bob"]).measure("win_rate").figure.n == sum(parts)


# -- segments and order ----------------------------------------------------------------------------


def test_a_deal_is_in_the_first_segment_it_fits_and_every_deal_is_somewhere(rich: Book) -> None:
    found = {f.label[0]: f.n for f in rich.measure("data_completeness", by=["segment"])}
    # d2 3,000 d5 are large; d1, d4, d9, d0 are Media and not; the others are in none.
    assert found == {"Large": 3, "Media": 4, "In no segment": 3}


def test_a_book_without_segments_says_where_to_name_some(draw: Callable[..., Book]) -> None:
    book = draw(opportunity="id  stage  close_date\nd1  Won  2026-01-05")
    assert "segment" not in book.can_split("win_rate")
    with pytest.raises(Refusal, match="Settings"):
        book.measure("win_rate", by=["segment"])


def test_stages_stand_in_the_order_of_the_pipeline(rich: Book) -> None:
    found = [f.label[0] for f in rich.measure("data_completeness", by=["stage"])]
    assert found == ["Prospecting", "Discovery", "Proposal", "Won", "Lost", "No decision"]


def test_other_groups_stand_by_size_and_what_is_not_set_last(rich: Book) -> None:
    found = [(f.label[0], f.denominator) for f in rich.measure("win_rate", by=["source"])]
    assert found[-1][0] == "Not set"
    sizes = [size for _, size in found[:-1]]
    assert sizes == sorted(sizes, key=lambda s: -(s or Decimal(0)))


def test_ids_are_shown_by_name(rich: Book) -> None:
    labels = {f.key[0]: f.label[0] for f in rich.measure("win_rate", by=["person"])}
    assert labels["ann"] == "Ann Abel"


# -- refusals --------------------------------------------------------------------------------------


def test_an_unknown_kpi_is_refused_with_the_nearest_name(rich: Book) -> None:
    with pytest.raises(Refusal, match="Did you mean win_rate"):
        rich.measure("winrate")


def test_an_unknown_split_is_refused_with_those_there_are(rich: Book) -> None:
    with pytest.raises(Refusal, match="It can be split by team, person"):
        rich.measure("win_rate", by=["colour"])


def test_one_split_may_be_named_without_a_list(rich: Book) -> None:
    assert rich.measure("win_rate", by="team").by == ("team",)


def test_an_unknown_table_is_an_attribute_error(rich: Book) -> None:
    with pytest.raises(AttributeError, match="no table “deals”"):
        _ = rich.deals


# -- books that know little ------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(KPIS))
def test_an_empty_book_has_no_numbers_and_a_reason_for_each(empty: Book, name: str) -> None:
    figure = empty.measure(name).figure
    assert figure.value is None
    assert figure.why


@pytest.mark.parametrize("name", sorted(KPIS))
def test_a_book_without_history_has_a_number_or_a_reason(lone: Book, name: str) -> None:
    figure = lone.measure(name).figure
    assert (figure.value is None) == bool(figure.why)


# -- how results show themselves -------------------------------------------------------------------


def test_a_result_shows_itself_as_text(rich: Book) -> None:
    text = repr(rich.measure("win_rate", period="2026Q2"))
    assert text.splitlines()[0] == "Win rate, Q2 2026, as of 20 June 2026"
    assert "75.0 %" in text


def test_a_result_shows_itself_in_a_notebook_with_bars_and_without_markup_from_data(
    draw: Callable[..., Book],
) -> None:
    book = draw(
        opportunity="id  stage  close_date  source\nd1  Won  2026-01-05  <b>Web</b>\nd2  Lost  2026-01-05  Fair"
    )
    html = book.measure("win_rate", by=["source"])._repr_html_()
    assert "<svg" in html
    assert "&lt;b&gt;Web" in html
    assert "<b>" not in html


def test_nothing_shows_its_reason(draw: Callable[..., Book]) -> None:
    measured = draw(opportunity="id  stage\nd1  Won").measure("quota")
    assert "n/a" in repr(measured)
    assert "ForecastingQuota" in repr(measured)
    assert "ForecastingQuota" in measured._repr_html_()


def test_records_are_for_machines(rich: Book) -> None:
    record = rich.measure("closed_to_date", by=["team"]).records()[0]
    assert record["unit"] == "money"
    assert record["currency"] == "USD"
    assert record["definition_version"] == KPIS["closed_to_date"].version
    assert record["as_of"].startswith("2026-06-20T23:59:59")


def test_an_explanation_names_its_parts(rich: Book) -> None:
    told = rich.measure("win_rate", period="2026Q2").explanation()
    assert told.numerator == 3
    assert told.denominator == 4
    assert told.formula == KPIS["win_rate"].formula


# -- calendars -------------------------------------------------------------------------------------


@pytest.mark.parametrize("pattern", ["calendar", "445", "454", "544"])
def test_every_day_of_the_calendar_table_has_the_label_of_its_period(
    draw: Callable[..., Book], pattern: str
) -> None:
    calendar = CalendarSettings.model_validate({"pattern": pattern, "first_month": 2})
    book = draw(
        settings=Settings(calendar=calendar),
        opportunity="id  stage  created_on  close_date\nd1  Won  2024-12-30  2026-01-31",
    )
    days = book.engine.run("SELECT day, week, month, quarter, year FROM calendar ORDER BY day").rows
    assert days[0][0] == date(2024, 1, 1)
    assert len({d[0] for d in days}) == (days[-1][0] - days[0][0]).days + 1
    for day, *labels in days[::7]:
        for grain, label in zip(("week", "month", "quarter", "year"), labels, strict=True):
            assert book.period(label).contains(day), (day, grain, label)


def test_a_number_by_week_of_a_445_year_has_each_week_its_own_days(
    draw: Callable[..., Book],
) -> None:
    calendar = CalendarSettings(pattern="445", first_month=1)
    book = draw(
        settings=Settings(calendar=calendar),
        opportunity="""
            id  stage  close_date
            d1  Won    2025-12-27
            d2  Won    2025-12-28
        """,
    )
    for figure in book.measure("win_rate", by=["week"]):
        assert figure.n == book.measure("win_rate", period=figure.key[0]).figure.n
