"""Serving an allow-list of files out of node_modules, under names of our own."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage


class _OneFile(FileSystemStorage):
    """A storage that holds one file, whatever name it is asked for."""

    def __init__(self, file: Path) -> None:
        super().__init__(location=file.parent)
        self._file = file

    def path(self, name: str) -> str:  # noqa: ARG002  the one file, under any name
        return str(self._file)


class NpmFinder(BaseFinder):
    """Finds `settings.NPM_FILES` and nothing else."""

    def find(self, path: str, find_all: bool = False, **_: Any) -> Any:
        """The place of a file that is on the list."""
        wanted = settings.NPM_FILES.get(path)
        file = settings.NODE_MODULES / wanted if wanted else None
        found = [str(file)] if file is not None and file.exists() else []
        if find_all:
            return found
        return found[0] if found else []

    def list(self, ignore_patterns: Any) -> Iterator[tuple[str, _OneFile]]:  # noqa: ARG002
        """Every file on the list, for the build. Says what to do where one is missing."""
        for name, wanted in settings.NPM_FILES.items():
            file = settings.NODE_MODULES / wanted
            if not file.exists():
                raise FileNotFoundError(f"{file} is missing. Run `make setup`, which installs it.")
            yield name, _OneFile(file)
