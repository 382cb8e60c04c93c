"""Every KPI gives equal cells on DuckDB and on Spark: by splits of its own now, and whole as of a past day."""

from __future__ import annotations

import dataclasses
import math
import os
import re
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from salesops.book.book import Book
from salesops.book.dimension import GRAINS
from salesops.book.measurement import Figure, Measurement
from salesops.book.question import CELL_COLUMNS, Question, percentile_column
from salesops.book.sales_process import ProcessVersion, StageRule
from salesops.book.settings import Settings, load_settings
from salesops.engines.duckdb import DuckDBEngine
from salesops.engines.parquet import EXPORTED, export_parquet
from salesops.engines.spark import SparkEngine
from salesops.engines.spark_sql import in_spark_sql
from salesops.foundations.problem import Refusal
from salesops.kpis import KPIS
from salesops.kpis._definition import Kpi
from salesops.pipeline import (
    as_of,
    conformance,
    crossings,
    departures,
    flows,
    funnel,
    movement,
    moves,
    period_funnel,
    process,
)

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

PAST_DAY = "2026-02-15"
AT_ONCE = 7  # splits in one question: Spark takes little longer for seven than for one
PERCENTILES = {percentile_column(p) for k in KPIS.values() for p in k.percentiles}
LEAVES = [k for k in KPIS.values() if k.rows is not None]
# A number made of others asks Spark what they ask it, of other spans; all of them are asked with BOTH.
MADE_OF_OTHERS = ("cac_payback", "ltv_to_cac")
WHOLE = [*KPIS] if os.environ.get("BOTH") else [*(k.name for k in LEAVES), *MADE_OF_OTHERS]


@pytest.fixture(scope="module")
def duck(sample_folder: Path) -> Iterator[Book]:
    """The sample company on DuckDB."""
    engine = DuckDBEngine(sample_folder)
    yield Book(engine, load_settings(sample_folder))
    engine.close()


@pytest.fixture(scope="module")
def sparked(
    sample_folder: Path, spark: SparkSession, tmp_path_factory: pytest.TempPathFactory
) -> Book:
    """The same company on Spark."""
    target = tmp_path_factory.mktemp("parquet")
    export_parquet(sample_folder, target)
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore"
        )  # Ibis loads pandas for Spark; it is newer than pyspark knows
        engine = SparkEngine(target, spark)
    return Book(engine, load_settings(sample_folder))


def splits_of(kpi: Kpi) -> list[str]:
    return [*kpi.splits, *(GRAINS if kpi.is_dated else ())]


def asked_of(kpi: Kpi) -> list[str]:
    """As many of its splits as go into one question, others of each number; with BOTH all of them."""
    splits = splits_of(kpi)
    if os.environ.get("BOTH") or len(splits) <= AT_ONCE:
        return splits
    start = AT_ONCE * LEAVES.index(kpi) % len(splits)
    return (splits + splits)[start : start + AT_ONCE]


def test_each_split_is_asked_of_several_numbers() -> None:
    times = Counter(split for kpi in LEAVES for split in asked_of(kpi))
    able = Counter(split for kpi in LEAVES for split in splits_of(kpi))
    assert all(times[split] >= min(3, able[split]) for split in able)


@pytest.mark.spark
@pytest.mark.parametrize("name", WHOLE)
def test_every_kpi_as_of_a_past_day_has_equal_cells(duck: Book, sparked: Book, name: str) -> None:
    then, there = duck.as_of(PAST_DAY), sparked.as_of(PAST_DAY)
    period = "2026Q1"
    assert_equal(then.measure(name, period=period), there.measure(name, period=period))


@pytest.mark.spark
@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_quotas_of_a_former_day_are_the_same(
    draw: Callable[..., Book], tmp_path: Path, spark: SparkSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They were raised, deleted and added since; those of the sample company never change."""
    read = ("quota_version", "person", "team_membership")  # others only cost time here
    monkeypatch.setattr("salesops.engines.spark.EXPORTED", read)
    here = draw(
        opportunity="id  stage  created_on\nd1  Discovery  2026-05-02",
        opportunity_version="opportunity_id  valid_from  stage\nd1  2026-05-02T09:00  Discovery",
        quota_version="""
            id  person_id  starts_on   ends_on     amount  valid_from        valid_to          known_from
            q1  ann        2026-04-01  2026-07-01  100     -                 2026-05-04T08:00  2026-03-01T00:00
            q1  ann        2026-04-01  2026-07-01  200     2026-05-04T08:00  -                 2026-05-04T08:00
            q2  bob        2026-04-01  2026-07-01  7       2026-03-01T00:00  2026-05-06T08:00  2026-03-01T00:00
            q3  bob        2026-04-01  2026-07-01  30      2026-05-08T08:00  -                 2026-05-08T08:00
        """,
    )
    export_parquet(tmp_path / "book", tmp_path / "parquet")
    there = Book(SparkEngine(tmp_path / "parquet", spark), here.settings)
    asked = [book.as_of("2026-05-05").measure("quota", period="2026Q2") for book in (here, there)]
    assert asked[0].value == 207_00
    assert_equal(*asked)


@pytest.mark.spark
@pytest.mark.parametrize("kpi", LEAVES, ids=lambda k: k.name)
def test_splits_have_equal_cells(duck: Book, sparked: Book, kpi: Kpi) -> None:
    splits = asked_of(kpi)
    for start in range(0, len(splits), AT_ONCE):
        by = tuple(splits[start : start + AT_ONCE])
        question = Question(
            kpi=kpi,
            by=by,
            converts=duck.facts.currencies,
            segments=tuple(duck.settings.segments),
        )
        values = values_of(duck, "2026")
        here = duck.engine.answer(question, values).dicts()
        there = sparked.engine.answer(question, values).dicts()
        assert counted(here, len(by)) == counted(there, len(by)), f"{kpi.name} by {by}"


@pytest.mark.spark
def test_a_filter_and_a_scope_have_equal_cells(duck: Book, sparked: Book) -> None:
    people = [row[0] for row in duck.engine.run("SELECT id FROM person ORDER BY id LIMIT 5").rows]
    few = "amount >= 20000 and account.industry is not null and name like '%a%'"
    for name in ("win_rate", "weighted_pipeline", "stage_conversion"):
        assert_equal(
            duck.where(few).seen_by(people).measure(name, by=["team"]),
            sparked.where(few).seen_by(people).measure(name, by=["team"]),
        )


@pytest.mark.spark
def test_the_rows_behind_a_figure_are_the_same(duck: Book, sparked: Book) -> None:
    team = duck.measure("average_deal_size", by=["team"]).figures[0].key[0]
    here, there = (
        book.rows_behind("average_deal_size", at={"team": team}, limit=7, offset=2, order="id DESC")
        for book in (duck, sparked)
    )
    assert here.rows
    assert here == there


@pytest.mark.spark
def test_the_tables_are_the_same(duck: Book, sparked: Book) -> None:
    for table in EXPORTED:
        text = f'SELECT * FROM "{table}"'
        here, there = duck.engine.run(text), sparked.engine.run(text)
        assert here.columns == there.columns
        assert sorted(map(repr, here.rows)) == sorted(map(repr, there.rows)), table


@pytest.mark.spark
def test_a_session_keeps_its_own_settings_and_views(spark: SparkSession, sparked: Book) -> None:
    assert sparked.engine.table("opportunity").columns
    assert spark.catalog.listTables() == []
    assert spark.conf.get("spark.sql.timestampType") == "TIMESTAMP_LTZ"


@pytest.mark.spark
def test_a_sum_too_large_is_an_error_and_never_a_wrong_number(sparked: Book) -> None:
    with pytest.raises(Exception, match="ARITHMETIC_OVERFLOW"):
        sparked.engine.run("SELECT 9223372036854775807 + count(*) FROM opportunity")


@pytest.mark.spark
def test_a_folder_without_an_export_is_refused(tmp_path: Path, spark: SparkSession) -> None:
    with pytest.raises(Refusal, match="export_parquet"):
        SparkEngine(tmp_path, spark)


def test_values_by_name_and_by_place_are_written_into_the_statement() -> None:
    names = {"ids": ["a", "it's", "b\\"], "day": date(2026, 1, 2), "unused": 1}
    assert in_spark_sql(
        'SELECT id FROM "person" WHERE list_contains($ids, id) AND day = $day', names
    ) == (
        "SELECT id FROM `person` WHERE ARRAY_CONTAINS(ARRAY('a', 'it\\'s', 'b\\\\'), id) "
        "AND day = CAST('2026-01-02' AS DATE)"
    )
    assert in_spark_sql("SELECT id FROM person WHERE team = ? AND role = ?", ["North", "x"]) == (
        "SELECT id FROM person WHERE team = 'North' AND role = 'x'"
    )


def test_a_table_may_have_another_name_there() -> None:
    assert in_spark_sql(
        "WITH a AS (SELECT x FROM t) SELECT t.x FROM t JOIN a ON true", {}, {"t": "u"}
    ) == ("WITH a AS (SELECT x FROM u AS t) SELECT t.x FROM u AS t JOIN a ON TRUE")


@pytest.mark.parametrize(
    ("duck", "spark"),
    [
        ("WITH a AS MATERIALIZED (SELECT 1 AS x) SELECT x FROM a", "WITH a AS (SELECT 1 AS x) SELECT x FROM a"),
        ("SELECT epoch_us(x)", "SELECT UNIX_MICROS(CAST(x AS TIMESTAMP_LTZ))"),
        ("SELECT quantile_disc(x, 0.5)", "SELECT PERCENTILE_DISC(0.5) WITHIN GROUP (ORDER BY x NULLS LAST)"),
        ("SELECT quantile_cont(x, 0.5)", "SELECT PERCENTILE(x, 0.5)"),
        ("SELECT list(x ORDER BY y)",
         "SELECT TRANSFORM(SORT_ARRAY(COLLECT_LIST(STRUCT(y AS k0, x AS told))), e -> e.told)"),
        ("SELECT unnest([1, 2]) AS a, unnest([3, 4]) AS b",
         "SELECT INLINE(ARRAYS_ZIP(ARRAY(1, 2), ARRAY(3, 4))) AS (a, b)"),
        ("SELECT * FROM t WHERE (a, b) IN (SELECT (c, d) FROM u)",
         "SELECT * FROM t WHERE (a, b) IN (SELECT c, d FROM u)"),
        ("SELECT a + to_days(b)", "SELECT a + MAKE_DT_INTERVAL(b)"),
        ("SELECT * EXCLUDE (a) REPLACE (b + 1 AS b) FROM t", "SELECT * EXCEPT (a, b), b + 1 AS b FROM t"),
    ],
)  # fmt: skip
def test_what_would_mean_something_else_on_spark_is_put_right(duck: str, spark: str) -> None:
    assert in_spark_sql(duck, {}) == spark


@pytest.mark.parametrize(
    "text", ["SELECT way[-1]", "SELECT list(x ORDER BY y DESC)", "SELECT 1 AS a, unnest([1]), unnest([2])"]
)  # fmt: skip
def test_what_spark_has_no_words_for_is_refused(text: str) -> None:
    with pytest.raises(Refusal, match="Spark"):
        in_spark_sql(text, {})


AGREED = Settings(
    sales_process=(
        ProcessVersion(
            since=date(2025, 1, 1),
            stages=(StageRule(stage="Proposal", days=20, entry="amount > 0"),),
        ),
    )
)
# One question of each method of the pipeline. Spark takes seconds to plan each of them, so those after the first four are
# asked only where everything is, with BOTH.
METHODS: dict[str, Callable[[Book], Any]] = {
    "the pipeline as of days": lambda b: as_of(b, [PAST_DAY, "2026-06-30"], by=["stage", "team"]),
    "what changed": lambda b: movement(b, "2026Q2", reading="events", by="person"),
    "the funnel of a period": lambda b: period_funnel(b.as_of("2026-06-15"), "2026Q2", by="team"),
    "the process": lambda b: process(b, "2026"),
    "the funnel of a cohort": lambda b: funnel(b, "2026"),
    "conformance": lambda b: conformance(Book(b.engine, AGREED), "2026"),
    "flows": flows,
    "what moved": lambda b: moves(b, "2026Q2", "won", limit=1_000),
    "who crossed into a stage": lambda b: crossings(b, "2026Q1", "Proposal", limit=1_000),
    "who departed": lambda b: departures(Book(b.engine, AGREED), "2026", "overstayed", limit=1_000),
}
ASKED = list(METHODS)[: None if os.environ.get("BOTH") else 4]


@pytest.mark.spark
@pytest.mark.parametrize("method", ASKED)
def test_the_methods_of_the_pipeline_answer_the_same(
    duck: Book, sparked: Book, method: str
) -> None:
    ask = METHODS[method]
    here, there = ask(duck), ask(sparked)
    assert rounded(here) == rounded(there)


def rounded(answer: Any) -> Any:
    """An answer with its numbers to nine digits, as those of medians."""
    if isinstance(answer, float):
        return float(f"{answer:.9g}")
    if dataclasses.is_dataclass(answer) and not isinstance(answer, type):
        return {f.name: rounded(getattr(answer, f.name)) for f in dataclasses.fields(answer)}
    return tuple(map(rounded, answer)) if isinstance(answer, tuple | list) else answer


def assert_equal(here: Measurement, there: Measurement) -> None:
    """Cell by cell the same, exactly; bounds come from sums of floats, whose last digits depend on order."""
    assert {f.key for f in here} == {f.key for f in there}, f"{here.kpi.name} by {here.by}"
    other = {f.key: f for f in there}
    for figure in here:
        same = other[figure.key]
        assert cell(here.kpi, figure) == cell(here.kpi, same), f"{here.kpi.name} by {here.by}"
        assert close(figure.low, same.low)
        assert close(figure.high, same.high)


def values_of(book: Book, label: str) -> dict[str, Any]:
    """What a question is asked with: a period, and the instant and day of the reading."""
    period = book.period(label)
    return {
        "start": period.start,
        "end": period.end,
        "as_of": book.instant.replace(tzinfo=None),
        "today": book.today,
    }


def counted(records: list[dict[str, Any]], keys: int) -> list[tuple[Any, ...]]:
    """What was counted in each group: exact numbers, and percentiles in tenths."""
    cells = [
        (
            tuple(str(r[f"g{i}"]) for i in range(keys)),
            *(None if r[c] is None else int(r[c]) for c in CELL_COLUMNS),
            *(twentieths(r[c]) for c in sorted(r) if c in PERCENTILES),
        )
        for r in records
    ]
    return sorted(cells, key=lambda c: c[0])


def twentieths(number: float | None) -> int | None:
    """Percentiles of whole numbers are on tenths or quarters; engines round the last bit their way."""
    return None if number is None else round(number * 20)


def cell(kpi: Kpi, figure: Figure) -> dict[str, object]:
    return {
        "label": figure.label,
        "numerator": figure.numerator,
        "denominator": figure.denominator,
        "n": figure.n,
        "n_excluded": figure.n_excluded,
        "n_open": figure.n_open,
        "value": figure.value,
        "percentiles": {
            p: twentieths(None if number is None else number * kpi.scale)
            for p, number in figure.percentiles.items()
        },
        "why": figure.why,
    }


def close(here: float | None, there: float | None) -> bool:
    if here is None or there is None:
        return here is there
    return math.isclose(here, there, rel_tol=1e-9, abs_tol=1e-9)


@pytest.mark.spark
@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_the_page_about_spark_runs_as_it_is_written(
    sample_folder: Path,
    spark: SparkSession,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert spark
    monkeypatch.chdir(tmp_path)
    (tmp_path / "company.book").symlink_to(sample_folder)
    page = (Path(__file__).parents[2] / "docs" / "do" / "run_on_spark.md").read_text("utf-8")
    for code in re.findall(r"```python\n(.*?)```", page, re.S):
        exec(compile(code, "run_on_spark.md", "exec"), {})
    told = capsys.readouterr().out
    assert "Win rate" in told
    assert "Open pipeline" in told
