"""Unpacking: files, folders and zips into single data files, with every cap looked at before."""

from __future__ import annotations

import gzip
import lzma
import re
import shutil
import struct
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from salesops.foundations.problem import Problem, Refusal, Severity
from salesops.importers.model import Limits
from salesops.importers.room import is_full

DATA_ENDINGS = (".csv", ".tsv", ".txt", ".xlsx", ".parquet", ".gz")
MEGABYTE = 1024**2
KEPT_FREE = 512 * MEGABYTE
_CHUNK = 4 * MEGABYTE
# What a damaged archive raises, by where the damage is.
_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    OSError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    struct.error,
    OverflowError,
)


@dataclass(frozen=True)
class DataFile:
    """One file with data: the name people know it by, and where its bytes are."""

    name: str
    path: Path


def unpack(
    paths: Sequence[Path], work: Path, limits: Limits
) -> tuple[list[DataFile], list[Problem]]:
    """Every data file in `paths`, in order; what is passed over is a problem each."""
    unpacked = _Unpacking(work, limits)
    for path in paths:
        unpacked.take(path)
    unpacked.tell_passed_over()
    if not unpacked.files and not unpacked.problems:
        raise Refusal("No file was given. Name at least one CSV, XLSX, Parquet or zip file.")
    return unpacked.files, unpacked.problems


class _Unpacking:
    def __init__(self, work: Path, limits: Limits) -> None:
        self.work = work
        self.limits = limits
        self.files: list[DataFile] = []
        self.problems: list[Problem] = []
        self.passed_over: dict[str, list[str]] = {}
        self.names: set[str] = set()
        self.bytes = 0
        self.unpacked = 0

    def take(self, path: Path) -> None:
        """A file, a zip, or all files of a folder. One that cannot be had keeps no other out."""
        try:
            self._take(path)
        except Refusal as refusal:
            self._skip(path.name, str(refusal), "")
        except OSError as error:
            if is_full(error):
                raise
            self._skip(
                path.name,
                f"{path.name} cannot be read ({error.strerror or error}).",
                "See whether it is there and may be read, then open it again.",
            )

    def _take(self, path: Path) -> None:
        if path.is_dir():
            self._folder(path)
        elif not path.is_file():
            self._skip(path.name, f"{path.name} is no file.", "Check its name.")
        elif path.suffix.lower() == ".zip":
            self._zip(path)
        elif path.suffix.lower() == ".gz":
            self._gzip(path, path.name)
        elif path.suffix.lower() in DATA_ENDINGS:
            self._count(path.name, path.stat().st_size)
            self._keep(path.name, path)
        else:
            self._skip(
                path.name,
                f"{path.name} is not a CSV, XLSX, Parquet or zip file, so it was left out.",
                "Export it as CSV if it holds data.",
            )

    def _folder(self, path: Path) -> None:
        found = sorted(p for p in path.rglob("*") if p.is_file() and not p.is_symlink())
        for member in found:
            if not member.name.startswith(".") and "__MACOSX" not in member.parts:
                self.take(member)
        if not found:
            self._skip(
                path.name, f"The folder {path.name} is empty.", "Name the folder of the files."
            )

    def _keep(self, name: str, path: Path) -> None:
        """Take a data file; where two have one name, the later gets a number, as in `Account (2).csv`."""
        plain, ending = PurePosixPath(name).stem, PurePosixPath(name).suffix
        shown, again = name, 1
        while shown.lower() in self.names:
            again += 1
            shown = f"{plain} ({again}){ending}"
        self.names.add(shown.lower())
        self.files.append(DataFile(shown, path))

    def _zip(self, path: Path) -> None:
        try:
            archive = zipfile.ZipFile(path)
        except _UNREADABLE:
            self._skip(
                path.name,
                f"{path.name} is not a whole zip file; it may have been cut off while downloading.",
                "Download it again.",
            )
            return
        with archive:
            members = [m for m in archive.infolist() if not m.is_dir()]
            if len(members) > self.limits.most_members:
                raise Refusal(
                    f"{path.name} holds {len(members):,} files, more than the "
                    f"{self.limits.most_members:,} allowed. Unpack what you need and open that."
                )
            self._look_before(path, members)
            for member in members:
                self._member(path, archive, member)

    def _look_before(self, path: Path, members: list[zipfile.ZipInfo]) -> None:
        for member in members:
            packed = max(1, member.compress_size)
            if member.file_size > MEGABYTE and member.file_size / packed > self.limits.most_ratio:
                raise Refusal(
                    f"{path.name} says that {member.filename} grows {member.file_size // packed:,} times "
                    "when unpacked, as made-up files do. It was not opened. Unpack it yourself if you "
                    "trust it."
                )
        whole = sum(m.file_size for m in members)
        if whole > MEGABYTE and whole / path.stat().st_size > self.limits.most_ratio:
            raise Refusal(
                f"{path.name} holds more than {self.limits.most_ratio} times its own size, as made-up "
                "files do. It was not opened. Unpack it yourself if you trust it."
            )
        self._count(path.name, whole)

    def _member(self, path: Path, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
        name = PurePosixPath(member.filename.replace("\\", "/")).name
        ending = PurePosixPath(name).suffix.lower()
        if member.filename.startswith("__MACOSX") or name.startswith("."):
            return
        if ending not in DATA_ENDINGS and ending != ".zip":
            self.passed_over.setdefault(path.name, []).append(name)
            return
        refused = _why_not(member, ending)
        if refused:
            what, remedy = refused
            self._skip(name, f"{name} in {path.name} is {what}, so it was left out.", remedy)
            return
        target = self._target(name)
        try:
            with archive.open(member) as source, target.open("wb") as out:
                self._copy(source, out, member.file_size, name)
        except _UNREADABLE as error:
            target.unlink(missing_ok=True)
            if is_full(error):
                raise
            self._skip(
                name,
                f"{name} in {path.name} is damaged and cannot be unpacked.",
                "Download the zip again.",
            )
            return
        if ending == ".gz":
            self._gzip(target, name)
            target.unlink()
        else:
            self._keep(name, target)

    def _gzip(self, path: Path, name: str) -> None:
        shown = re.sub(r"\.gz$", "", name, flags=re.IGNORECASE)
        if PurePosixPath(shown).suffix.lower() not in (".csv", ".tsv", ".txt"):
            shown += ".csv"
        target = self._target(shown)
        most = max(MEGABYTE, path.stat().st_size * self.limits.most_ratio)
        try:
            with gzip.open(path) as source, target.open("wb") as out:
                size = self._copy(source, out, most, name)
        except _UNREADABLE as error:
            target.unlink(missing_ok=True)
            if is_full(error):
                raise
            self._skip(name, f"{name} is damaged and cannot be unpacked.", "Download it again.")
            return
        self._count(shown, size)
        self._keep(shown, target)

    def _copy(self, source: IO[bytes] | gzip.GzipFile, out: IO[bytes], most: int, name: str) -> int:
        size = 0
        while chunk := source.read(_CHUNK):
            size += len(chunk)
            if size > most:
                raise Refusal(
                    f"{name} grows beyond {most:,} bytes when unpacked, as made-up files do. It was not "
                    "opened. Unpack it yourself if you trust it."
                )
            out.write(chunk)
        return size

    def _count(self, name: str, size: int) -> None:
        self.bytes += size
        if self.bytes > self.limits.most_bytes:
            raise Refusal(
                f"With {name} the files are larger than {self.limits.most_bytes / 1024**3:.0f} GiB "
                "unpacked. Open fewer files at once."
            )
        free = shutil.disk_usage(self.work).free
        if size > free - KEPT_FREE:
            raise Refusal(
                f"{name} needs {size / MEGABYTE:,.0f} MB on the disk, and {free / MEGABYTE:,.0f} MB are "
                "free. Make room and open it again."
            )

    def _target(self, name: str) -> Path:
        """Where a member's bytes go: in the working folder, whatever path its name holds."""
        self.unpacked += 1
        return self.work / f"{self.unpacked:05}-{_safe(name)}"

    def _skip(self, file: str, message: str, remedy: str) -> None:
        self.problems.append(Problem("file_left_out", Severity.REFUSED, message, remedy, file=file))

    def tell_passed_over(self) -> None:
        """Say of each zip what in it is no data; exports hold thousands of attachments."""
        for file, names in self.passed_over.items():
            some = ", ".join(names[:3]) + (", …" if len(names) > 3 else "")
            self.problems.append(
                Problem(
                    "no_data",
                    Severity.NOTE,
                    f"{len(names):,} of the files in {file} hold no table of data ({some}) and were "
                    "passed over.",
                    "Nothing to do.",
                    file=file,
                )
            )


def _why_not(member: zipfile.ZipInfo, ending: str) -> tuple[str, str] | None:
    """What a member is that keeps it out, and what to do."""
    if (member.external_attr >> 16) & 0o170000 == 0o120000:
        return "a link and not a file", "Pack the file itself."
    if ending == ".zip":
        return "a zip in a zip", "Unpack it and open what is in it."
    if member.flag_bits & 1:
        return "locked with a password", "Unpack it with the password and open the files."
    return None


def _safe(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]", "_", name)[-80:]
