"""Unpacking: files, folders and zips into single data files, with every cap looked at before."""

from __future__ import annotations

import gzip
import re
import shutil
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from salesops.foundations.problem import Problem, Refusal, Severity
from salesops.importers.model import Limits

DATA_ENDINGS = (".csv", ".tsv", ".txt", ".xlsx", ".parquet", ".gz")
MEGABYTE = 1024**2
_CHUNK = 4 * MEGABYTE


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
    if not unpacked.files and not unpacked.problems:
        raise Refusal("No file was given. Name at least one CSV, XLSX, Parquet or zip file.")
    return unpacked.files, unpacked.problems


class _Unpacking:
    def __init__(self, work: Path, limits: Limits) -> None:
        self.work = work
        self.limits = limits
        self.files: list[DataFile] = []
        self.problems: list[Problem] = []
        self.bytes = 0

    def take(self, path: Path) -> None:
        """A file, a zip, or all files of a folder."""
        if path.is_dir():
            found = sorted(p for p in path.rglob("*") if p.is_file() and not p.is_symlink())
            for member in found:
                if member.name.startswith(".") or "__MACOSX" in member.parts:
                    continue
                self.take(member)
            if not found:
                self._skip(
                    path.name, "The folder is empty.", "Name the folder that holds the files."
                )
            return
        ending = path.suffix.lower()
        if ending == ".zip":
            self._zip(path)
        elif ending == ".gz":
            self._gzip(path)
        elif ending in DATA_ENDINGS:
            self._count(path.name, path.stat().st_size)
            self.files.append(DataFile(path.name, path))
        else:
            self._skip(
                path.name,
                f"{path.name} is not a CSV, XLSX, Parquet or zip file, so it was left out.",
                "Export it as CSV if it holds data.",
            )

    def _zip(self, path: Path) -> None:
        try:
            archive = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError, NotImplementedError):
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
            self._look_before(path.name, members)
            for number, member in enumerate(members):
                self._member(path, archive, member, number)

    def _look_before(self, name: str, members: list[zipfile.ZipInfo]) -> None:
        for member in members:
            packed = max(1, member.compress_size)
            if member.file_size > MEGABYTE and member.file_size / packed > self.limits.most_ratio:
                raise Refusal(
                    f"{name} says that {member.filename} grows {member.file_size // packed:,} times when "
                    "unpacked, as made-up files do. It was not opened. Unpack it yourself if you trust it."
                )
        self._count(name, sum(m.file_size for m in members))

    def _member(
        self, path: Path, archive: zipfile.ZipFile, member: zipfile.ZipInfo, number: int
    ) -> None:
        name = PurePosixPath(member.filename.replace("\\", "/")).name
        if member.filename.startswith("__MACOSX") or name.startswith("."):
            return
        if (member.external_attr >> 16) & 0o170000 == 0o120000:
            self._skip(
                name, f"{name} in {path.name} is a link, not a file.", "Pack the file itself."
            )
            return
        if member.flag_bits & 1:
            self._skip(
                name,
                f"{name} in {path.name} is locked with a password.",
                "Unpack it with the password and open the files.",
            )
            return
        if PurePosixPath(name).suffix.lower() not in (*DATA_ENDINGS,) or name.lower().endswith(
            ".zip"
        ):
            self._skip(name, f"{name} in {path.name} holds no table of data.", "", note=True)
            return
        target = self.work / f"{number:05}-{_safe(name)}"
        try:
            with archive.open(member) as source, target.open("wb") as out:
                self._copy(source, out, member.file_size, name)
        except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError, RuntimeError) as error:
            target.unlink(missing_ok=True)
            self._skip(
                name,
                f"{name} in {path.name} cannot be unpacked ({error}).",
                "Download the zip again.",
            )
            return
        if name.lower().endswith(".gz"):
            self._gzip(target, name)
        else:
            self.files.append(DataFile(name, target))

    def _gzip(self, path: Path, name: str = "") -> None:
        shown = (name or path.name).removesuffix(".gz").removesuffix(".GZ")
        if PurePosixPath(shown).suffix.lower() not in (".csv", ".tsv", ".txt"):
            shown += ".csv"
        target = self.work / f"gz-{len(self.files):05}-{_safe(shown)}"
        most = self.limits.most_bytes - self.bytes
        try:
            with gzip.open(path) as source, target.open("wb") as out:
                size = self._copy(source, out, most, shown)
        except (OSError, EOFError) as error:
            target.unlink(missing_ok=True)
            self._skip(shown, f"{path.name} cannot be unpacked ({error}).", "Download it again.")
            return
        if size > MEGABYTE and size / max(1, path.stat().st_size) > self.limits.most_ratio:
            target.unlink()
            raise Refusal(
                f"{path.name} grows more than {self.limits.most_ratio} times when unpacked, as made-up "
                "files do. Unpack it yourself if you trust it."
            )
        self._count(shown, size)
        self.files.append(DataFile(shown, target))

    def _copy(self, source: object, out: object, most: int, name: str) -> int:
        size = 0
        for chunk in _chunks(source):
            size += len(chunk)
            if size > most:
                raise Refusal(f"{name} is larger than it says it is. It was not opened.")
            out.write(chunk)  # type: ignore[attr-defined]
        return size

    def _count(self, name: str, size: int) -> None:
        self.bytes += size
        if self.bytes > self.limits.most_bytes:
            raise Refusal(
                f"With {name} the files are larger than {self.limits.most_bytes / 1024**3:.0f} GiB "
                "unpacked. Open fewer files at once."
            )
        free = shutil.disk_usage(self.work).free
        if size > free - 512 * MEGABYTE:
            raise Refusal(
                f"There is not enough room on the disk to unpack {name}. Free some first."
            )

    def _skip(self, file: str, message: str, remedy: str, *, note: bool = False) -> None:
        severity = Severity.NOTE if note else Severity.REFUSED
        self.problems.append(Problem("file_left_out", severity, message, remedy, file=file))


def _chunks(source: object) -> Iterator[bytes]:
    while chunk := source.read(_CHUNK):  # type: ignore[attr-defined]
        yield chunk


def _safe(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]", "_", name)[-80:]
