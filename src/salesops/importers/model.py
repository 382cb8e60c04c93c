"""What an examination of files found: what each file is, where each column goes, what must be asked."""

from __future__ import annotations

from typing import Protocol

from pydantic import BaseModel


class Cancelled(Exception):
    """Somebody asked the work to stop; nothing was changed."""


class Watch(Protocol):
    """Told often how far the work is. Raising `Cancelled` from it stops the work."""

    def __call__(self, step: str, done: int, total: int, /) -> None: ...


class Limits(BaseModel):
    """What files may ask of this machine, looked at before anything is unpacked."""

    most_bytes: int = 64 * 1024**3  # of one import, unpacked
    most_ratio: int = 200  # unpacked to packed, for members above a megabyte
    most_members: int = 10_000
    most_sheet_bytes: int = 1024**3  # of an XLSX, unpacked
    most_cell_characters: int = 1_000_000
    most_columns: int = 1_500  # each takes a block of memory, however few rows there are
    most_rows: int = 200_000_000  # of one Parquet file, whose few bytes may stand for any number


class Choice(BaseModel):
    """One possible answer."""

    value: str
    label: str


class Question(BaseModel):
    """Something the files leave open. `id` stays the same for files of the same shape."""

    id: str
    file: str
    column: str
    sentence: str
    choices: list[Choice]
    must_answer: bool
    rows: int = 0
    answer: str = ""


class SourceColumn(BaseModel):
    """One column of a file: `target` is `table.column`, empty where it is not read."""

    name: str
    key: str  # its name in the staging table
    samples: list[str] = []
    filled: float = 0.0
    target: str = ""
    reads_as: str = "text"
    confidence: float = 0.0
    note: str = ""


class SourceFile(BaseModel):
    """One table of data in what was given: a CSV, a sheet, a Parquet file."""

    name: str
    staging: str = ""
    rows: int = 0
    size: int = 0
    encoding: str = ""
    delimiter: str = ""
    table: str | None = None
    recognised_as: str = ""
    why: str = ""  # why it is left out
    salesforce: bool = False
    system: str = ""  # whose export it is, where its columns are known and may still be corrected
    tells_last: bool = (
        False  # history in which each stage of a deal is there once, when it came last
    )
    signature: str = ""
    header: list[str] = []  # every column of the file, also those that are not staged
    columns: list[SourceColumn] = []
    told_in: str = ""  # the file whose rows this one is made of

    @property
    def is_fixed(self) -> bool:
        """Its columns are known and cannot be sent elsewhere."""
        return self.salesforce or (self.table or "").startswith("_")


class Examination(BaseModel):
    """Everything found. Kept as JSON between the steps of an import."""

    files: list[SourceFile]
    questions: list[Question] = []
    staging: str = ""  # the DuckDB file that holds the rows as text

    @property
    def must_answer(self) -> list[Question]:
        """The questions without whose answer nothing can be read."""
        return [q for q in self.questions if q.must_answer and not q.answer]


class FileAnswer(BaseModel):
    """What a person said about files with one set of columns."""

    table: str | None = None
    targets: dict[str, str] = {}


class Answers(BaseModel):
    """What people said, remembered for files of the same shape."""

    files: dict[str, FileAnswer] = {}
    choices: dict[str, str] = {}

    def with_choices(self, choices: dict[str, str]) -> Answers:
        """The same with more questions answered."""
        return self.model_copy(update={"choices": {**self.choices, **choices}})
