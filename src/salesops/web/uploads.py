"""Uploads within limits: how much may come at once, from whom and where to, told as a sentence and not as a fault.

Django reads a form to its end before any page is asked, to compare its token; so it is here that too much is left
unkept. Files come through two doors alone: from who may import, and from who may add them to a record.
"""

from __future__ import annotations

from typing import IO, Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import StopUpload, TemporaryFileUploadHandler
from django.http import HttpRequest

from salesops.actions.attach_files import FULL
from salesops.actions.import_rows import may_import
from salesops.foundations.problem import Refusal
from salesops.importers.room import is_full
from salesops.jobs.given_files import Given
from salesops.records.attachment_reach import may_attach_to
from salesops.records.user import User
from salesops.web.words import bytes_in_words

IMPORTS = "/imports/"
FILES = "/files/"


class WithinLimits(TemporaryFileUploadHandler):
    """Keeps the files of a form beside memory, as long as they may come and there is room."""

    def handle_raw_input(
        self,
        input_data: IO[bytes],  # noqa: ARG002  Django's
        META: dict[str, str],  # noqa: ARG002
        content_length: int,  # noqa: ARG002
        boundary: str,  # noqa: ARG002
        encoding: str | None = None,  # noqa: ARG002
    ) -> None:
        """The form begins: how much may it bring?"""
        self._left = _may_bring(self.request)

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """A file begins."""
        if not self._left:
            self._stop("No files are taken here.")
        try:
            super().new_file(*args, **kwargs)
        except OSError as error:
            self._refuse(error)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """A piece of a file."""
        self._left -= len(raw_data)
        if self._left < 0:
            self._stop(_too_much(self.request))
        try:
            super().receive_data_chunk(raw_data, start)
        except OSError as error:
            self._refuse(error)

    def _refuse(self, error: OSError) -> None:
        if not is_full(error):
            raise error
        self._stop(FULL)

    def _stop(self, problem: str) -> None:
        self.request.upload_problem = problem  # type: ignore[union-attr]
        raise StopUpload(connection_reset=False)


def given(request: HttpRequest) -> list[Given]:
    """The files of a form. Raises Refusal where they were too much, or none came."""
    uploads: list[UploadedFile[Any]] = request.FILES.getlist("files")
    if problem := getattr(request, "upload_problem", ""):
        raise Refusal(problem)
    if not uploads:
        raise Refusal("Choose at least one file first.")
    return [(upload.name or "file", upload.chunks()) for upload in uploads]


def most_in_words() -> str:
    """How much may come at once: 2.0 GB."""
    return bytes_in_words(settings.SALESOPS_MOST_UPLOAD)


def _may_bring(request: HttpRequest | None) -> int:
    """How many bytes may come: through the door of imports, or with a record that may be added to."""
    user = getattr(request, "user", None)
    if request is None or not isinstance(user, User):
        return 0
    most = 0
    if request.path.startswith(IMPORTS) and may_import(user):
        most = settings.SALESOPS_MOST_UPLOAD
    elif request.path.startswith(FILES) and may_attach_to(user, *_record(request.path)):
        most = settings.SALESOPS_MOST_FILE
    return most


def _record(path: str) -> tuple[str, str]:
    """The noun and the key that the address of a form of files names."""
    noun, _, key = path.removeprefix(FILES).partition("/")
    return noun, key


def _too_much(request: HttpRequest | None) -> str:
    if request is not None and request.path.startswith(FILES):
        most = bytes_in_words(settings.SALESOPS_MOST_FILE)
        return (
            f"These files are larger than {most} together. Nothing was attached. Send smaller ones."
        )
    return (
        f"These files are larger than {most_in_words()} together, which is the most at once. "
        "Send fewer, packed as zip, or have them imported at the command line: salesops import."
    )
