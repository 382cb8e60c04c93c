"""One small sample company, opened once, and one local Spark session."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from salesops.book.settings import Segment, Settings, save_settings
from salesops.jobs.opening import open_files
from salesops.sample.company import simulate
from salesops.sample.salesforce import write_export

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

SIZE, SEED = 300, 7
ENDS_ON = date(2026, 9, 30)
SEGMENTS = [
    Segment(name="Large", criterion="amount >= 50000 and account.country = 'Germany'"),
    Segment(name="Partners", criterion="source = 'Partner'"),
]


@pytest.fixture(scope="session")
def sample_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a book of the sample company, in a zone of its own and with segments."""
    root = tmp_path_factory.mktemp("sample")
    folder = root / "book"
    folder.mkdir()
    settings = Settings(segments=SEGMENTS)
    settings.calendar.time_zone = "America/New_York"
    save_settings(folder, settings)
    files = write_export(simulate(SIZE, SEED, ends_on=ENDS_ON), root / "export.zip")
    after = datetime.combine(ENDS_ON, datetime.min.time(), UTC) + timedelta(days=30)
    open_files(files, folder, lambda: after)
    return folder


@pytest.fixture(scope="session")
def spark() -> Iterator[SparkSession]:
    """A Spark of one thread: interpreted plans, since compiling them costs more than a few hundred rows."""
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore"
        )  # pandas, which is not used here, is newer than pyspark knows
        from pyspark.sql import SparkSession

        session = (
            SparkSession.builder.master("local[1]")
            .appName("salesops tests")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.driver.memory", "1g")
            .config("spark.driver.extraJavaOptions", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
            .config("spark.ui.enabled", "false")
            .config("spark.ui.showConsoleProgress", "false")
            .config("spark.log.level", "ERROR")
            .config("spark.sql.shuffle.partitions", "1")
            .config("spark.sql.adaptive.enabled", "false")
            .config("spark.sql.codegen.wholeStage", "false")
            .config("spark.sql.codegen.factoryMode", "NO_CODEGEN")
            .getOrCreate()
        )
    yield session
    session.stop()
