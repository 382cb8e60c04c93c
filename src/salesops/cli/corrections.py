"""What somebody at the command line says of files: what each holds, where its columns go, how dates are written."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from salesops.cli.formats import DateFormat
from salesops.foundations.problem import Refusal
from salesops.importers import Answers, Examination
from salesops.importers.matching import target_named, targets_of
from salesops.importers.model import FileAnswer, SourceFile
from salesops.importers.vocabulary import COLUMN_WORDS

IGNORE = "ignore"  # in place of a table or a column: it is not read


class MappedFile(BaseModel):
    """One file of a mapping: what it holds and where each of its columns goes; None is not read."""

    model_config = ConfigDict(extra="ignore")
    file: str
    shape: str = ""  # the same for files with the same columns, whatever their names
    table: str | None = None
    columns: dict[str, str | None] = {}


class Mapping(BaseModel):
    """What `--show-mapping` prints and `--mapping` reads."""

    model_config = ConfigDict(extra="ignore")
    files: list[MappedFile] = []
    answers: dict[str, str] = {}


@dataclass(frozen=True)
class Corrections:
    """Everything said of the files beside answers to questions."""

    tables: Sequence[str] = ()  # FILE=TABLE
    columns: Sequence[str] = ()  # FILE:COLUMN=OURS
    mapping: Mapping = field(default_factory=Mapping)
    dates: DateFormat | None = None

    @property
    def of_files(self) -> bool:
        """Whether anything is said of files and columns."""
        return bool(self.tables or self.columns or self.mapping.files)


def read_mapping(file: Path) -> Mapping:
    """A mapping as `--show-mapping` printed it, perhaps edited. Raises Refusal where it is none."""
    try:
        return Mapping.model_validate_json(file.read_text("utf-8"))
    except (ValidationError, UnicodeDecodeError) as error:
        raise Refusal(
            f"{file} is not a mapping. Begin with one that --show-mapping printed. ({_fault(error)})"
        ) from None


def corrected(examination: Examination, answers: Answers, said: Corrections) -> Answers:
    """The answers with what was said of files and columns. Raises Refusal for a slip of the pen."""
    files = dict(answers.files)
    for mapped in said.mapping.files:
        for file in _mapped(examination, mapped):
            files[file.signature] = _as_mapped(file, mapped)
    for text in said.tables:
        name, table = _parted(text, "FILE=TABLE")
        file = _file(examination, name)
        files[file.signature] = FileAnswer(table=_table(table))
    for text in said.columns:
        place, ours = _parted(text, "FILE:COLUMN=OURS")
        name, separator, column = place.partition(":")
        if not (separator and column):
            raise Refusal(f"“{text}” names no column. Write it as FILE:COLUMN=OURS.")
        file = _file(examination, name)
        files[file.signature] = _with_column(file, files.get(file.signature), column, ours)
    return Answers(files=files, choices=answers.choices)


def dates_chosen(examination: Examination, dates: DateFormat) -> dict[str, str]:
    """The answer to each open question about dates."""
    return {
        question.id: choice.value
        for question in examination.questions
        if not question.answer and question.id.startswith("date_order:")
        for choice in question.choices
        if choice.value.endswith(f":{dates}")
    }


def mapping_as_json(examination: Examination, answers: Answers) -> str:
    """How the files are understood, for people to correct and `--mapping` to read."""
    shapes = {f.signature for f in examination.files}
    told: dict[str, Any] = {
        "files": [_told(file) for file in examination.files],
        "answers": {k: v for k, v in answers.choices.items() if _shape_of(k) in shapes},
        "questions": [
            {"id": q.id, "question": q.sentence, "choices": {c.value: c.label for c in q.choices}}
            for q in examination.questions
            if not q.answer
        ],
    }
    return json.dumps(told, indent=2, ensure_ascii=False)


def _told(file: SourceFile) -> dict[str, Any]:
    told: dict[str, Any] = {"file": file.name, "shape": file.signature, "table": file.table}
    if file.is_fixed:
        return told | {"is_salesforce": True}
    if file.why:
        told["why"] = file.why
    columns = {c.name: _spoken(c.target) for c in file.columns}
    return told | {"columns": columns if file.table else dict.fromkeys(columns)}


def _spoken(target: str) -> str | None:
    """Our column as people write it."""
    return target.partition(".")[2].removesuffix("_minor") or None


def _mapped(examination: Examination, mapped: MappedFile) -> list[SourceFile]:
    """The files an entry of a mapping is about: those of its shape, else the one of its name."""
    alike = [f for f in examination.files if mapped.shape and f.signature == mapped.shape]
    files = alike or [_file(examination, mapped.file)]
    return [f for f in files if not f.is_fixed]


def _as_mapped(file: SourceFile, mapped: MappedFile) -> FileAnswer:
    if mapped.table is None:
        return FileAnswer(table="")
    table = _table(mapped.table)
    targets = {
        _column(file, name): _target(table, ours or IGNORE) for name, ours in mapped.columns.items()
    }
    return FileAnswer(table=table, targets=targets)


def _with_column(file: SourceFile, former: FileAnswer | None, column: str, ours: str) -> FileAnswer:
    table = (former.table if former else None) or file.table
    if not table:
        raise Refusal(f"{file.name} is not read yet. Say what it holds: --as '{file.name}=TABLE'.")
    targets = dict(former.targets) if former else {}
    targets[_column(file, column)] = _target(table, ours)
    return FileAnswer(table=table, targets=targets)


def _parted(text: str, form: str) -> tuple[str, str]:
    left, separator, right = text.rpartition("=")
    if not (left and separator and right):
        raise Refusal(f"“{text}” cannot be read. Write it as {form}.")
    return left.strip(), right.strip()


def _file(examination: Examination, name: str) -> SourceFile:
    """The file of that name, which may be given without the zip or folder it is in."""
    whole = [f for f in examination.files if f.name == name]
    found = whole or [f for f in examination.files if _short(f.name) == name]
    if len(found) != 1:
        names = ", ".join(f.name for f in examination.files)
        told = "None of the files is" if not found else "Several files are"
        raise Refusal(f"{told} called “{name}”. They are {names}.")
    if found[0].is_fixed:
        raise Refusal(f"{found[0].name} is an object of Salesforce, whose columns are known.")
    return found[0]


def _short(name: str) -> str:
    return name.split(" › ")[-1].rpartition("/")[2]


def _table(said: str) -> str:
    if said == IGNORE:
        return ""
    table = said.strip().lower().replace(" ", "_")
    if table not in COLUMN_WORDS:
        raise Refusal(f"“{said}” is nothing a file can hold. {_choose(said, COLUMN_WORDS)}")
    return table


def _column(file: SourceFile, said: str) -> str:
    names = [c.name for c in file.columns]
    if said not in names:
        raise Refusal(f"{file.name} has no column “{said}”. Its columns are {', '.join(names)}.")
    return said


def _target(table: str, said: str) -> str:
    if said == IGNORE:
        return ""
    target = target_named(table, said)
    if target is None:
        known = [name.removesuffix("_minor") for name in targets_of(table)]
        raise Refusal(f"{table} has no column “{said}”. {_choose(said, known)}")
    return target


def _choose(said: str, known: Iterable[str]) -> str:
    """The near ones, else all."""
    names = list(known)
    near = difflib.get_close_matches(said, names, 5, 0.5) or names
    return f"Choose one of {', '.join(near)}, or {IGNORE}."


def _shape_of(question: str) -> str:
    _, _, rest = question.partition(":")
    return rest.partition(":")[0]


def _fault(error: ValidationError | UnicodeDecodeError) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "It is not UTF-8 text."
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"])
    return f"{place}: {first['msg']}" if place else str(first["msg"])
