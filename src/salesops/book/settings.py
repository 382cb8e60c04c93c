"""Settings of a book: fiscal calendar, currency, what stages mean, segments as criteria, and the sales process."""

import json
import os
import threading
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from salesops.book.custom import CustomColumn
from salesops.book.sales_process import SalesProcess, in_order
from salesops.foundations.fiscal_calendar import FiscalCalendar
from salesops.foundations.problem import Refusal

FIRST_DAY = date(1990, 1, 1)  # on which a stage may have come to mean something else
Outcome = Literal["open", "won", "lost", "no_decision"]


class StageMeaning(BaseModel):
    """What one stage means, as a person has said it. Empty fields keep what the files say.

    With `until` it is what it meant before that day; empty fields are then as after it.
    """

    model_config = ConfigDict(extra="forbid")
    pipeline: str = ""
    stage: str
    position: int | None = Field(default=None, ge=1)
    outcome: Outcome | None = None
    is_pitched: bool | None = None
    is_qualified: bool | None = None
    until: date | None = Field(default=None, ge=FIRST_DAY)

    @model_validator(mode="after")
    def _one_order(self) -> Self:
        if self.until is not None and self.position is not None:
            raise ValueError("Stages have one order for all days: leave the position out.")
        return self

    def is_of(self, pipeline: str, stage: str) -> bool:
        """Whether it is said of this stage: of every pipeline's, or of this one's."""
        return self.stage == stage and self.pipeline in ("", pipeline)


class FormerMeaning(BaseModel):
    """What a stage meant before a day, of what changed on that day: `meant` by column, null for what its name says.

    It is one of records, or what a person `is_said` to have said over them.
    """

    model_config = ConfigDict(extra="forbid")
    pipeline: str
    stage: str
    until: date
    meant: dict[str, bool | str | None]
    is_said: bool = False


class Segment(BaseModel):
    """One named part of the opportunities, told by a criterion."""

    model_config = ConfigDict(extra="forbid")
    name: str = Field(min_length=1, max_length=60)
    criterion: str = Field(min_length=1, max_length=4000)


@lru_cache(maxsize=1)
def known_zones() -> frozenset[str]:
    """The names of time zones. Read once: to look for them is to walk a thousand files."""
    from zoneinfo import available_timezones

    return frozenset(available_timezones())


class CalendarSettings(BaseModel):
    """The organisation's fiscal calendar and zone, in the words of `FiscalCalendar`."""

    model_config = ConfigDict(extra="forbid")
    first_month: int = Field(default=1, ge=1, le=12)
    pattern: Literal["calendar", "445", "454", "544"] = "calendar"
    year_end: Literal["last", "nearest"] = "last"
    year_end_weekday: int = Field(default=5, ge=0, le=6)
    year_named_by: Literal["end", "start"] = "end"
    time_zone: str = "UTC"

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, zone: str) -> str:
        if zone not in known_zones():
            raise ValueError(f"“{zone}” is not a time zone name such as Europe/Berlin.")
        return zone

    def calendar(self) -> FiscalCalendar:
        """The fiscal calendar these settings describe."""
        return FiscalCalendar(**self.model_dump())


class Settings(BaseModel):
    """Everything a person has decided about a book. Kept beside it as settings.json."""

    model_config = ConfigDict(extra="forbid")
    title: str = ""
    currency: str = Field(default="", pattern="^([A-Z]{3})?$")
    calendar: CalendarSettings = CalendarSettings()
    stages: list[StageMeaning] = []
    segments: list[Segment] = []
    sales_process: SalesProcess = ()
    custom: tuple[
        CustomColumn, ...
    ] = ()  # of an office, whose records define them; not in the file
    former_meanings: tuple[FormerMeaning, ...] = ()  # likewise

    @field_validator("sales_process")
    @classmethod
    def _by_day(cls, versions: SalesProcess) -> SalesProcess:
        return in_order(versions)


def load_settings(folder: Path) -> Settings:
    """The settings of the book in `folder`; the defaults where none were saved."""
    file = folder / "settings.json"
    if not file.exists():
        return Settings()
    try:
        return Settings.model_validate_json(file.read_text("utf-8"))
    except (ValidationError, UnicodeDecodeError) as error:
        raise Refusal(
            f"{file} cannot be read as settings: {_first_fault(error)} "
            "Mend the file, or delete it to go back to the defaults."
        ) from error


def save_settings(folder: Path, settings: Settings) -> None:
    """Write the settings so that a kill leaves the old file or the new one."""
    said = settings.model_dump_json(indent=2, exclude={"custom", "former_meanings"})
    write_whole(folder / "settings.json", said)


def name_book(folder: Path, title: str) -> None:
    """Give the book in `folder` a name where nobody has given it one."""
    settings = load_settings(folder)
    if not settings.title:
        folder.mkdir(parents=True, exist_ok=True)
        save_settings(folder, settings.model_copy(update={"title": title}))


def write_whole(file: Path, text: str) -> None:
    """Replace `file` by `text` in one step."""
    # Threads of one process write as well, each to a draft of its own.
    temporary = file.with_name(f".{file.name}.{os.getpid()}.{threading.get_ident()}")
    with temporary.open("w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    os.replace(temporary, file)


def read_json(file: Path) -> dict[str, object]:
    """A JSON object from a file, empty where there is none."""
    if not file.exists():
        return {}
    found: dict[str, object] = json.loads(file.read_text("utf-8"))
    return found


def _first_fault(error: Exception) -> str:
    if isinstance(error, ValidationError):
        fault = error.errors()[0]
        where = ".".join(str(p) for p in fault["loc"])
        return f"{where}: {fault['msg']}." if where else f"{fault['msg']}."
    return str(error)
