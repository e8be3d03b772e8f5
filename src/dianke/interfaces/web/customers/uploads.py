"""A file of a form as a use case takes it."""

from typing import Any

from django.core.files.uploadedfile import UploadedFile

from dianke.application.archive.documents import Upload
from dianke.platform.documents.operations import MOST_BYTES


def read_upload(file: "UploadedFile[Any] | None", title: str = "") -> Upload | None:
    """Return the bytes of a file with its name, no more of them than are taken, or None for no file."""
    if file is None:
        return None
    # One byte too many is enough to be refused for its size.
    return Upload(file_name=file.name or "file", content=file.read(MOST_BYTES + 1), title=title)
