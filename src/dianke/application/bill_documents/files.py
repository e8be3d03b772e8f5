"""Files of many bills in the data directory: one PDF, or an archive of several, each written aside and renamed."""

import hashlib
import os
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from dianke.kernel.errors import DomainError

FOLDER = "bill-files"


class FileGone(DomainError):
    """The file is no longer kept."""

    code = "billing.file_gone"
    message = "the file is no longer kept; make it again"


@dataclass(frozen=True)
class KeptFile:
    """A file as written: its name for people, size and fingerprint."""

    name: str
    size_bytes: int
    sha256: str


def write_file(*, key: int, name: str, parts: Iterable[tuple[str, bytes]], is_archive: bool) -> KeptFile:
    """
    Write the parts (name and bytes) of a work as a file: the only one as it is, several as an archive.

    :raises StopIteration: if there is no part
    """
    path = find_path(key)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = path.with_name(f"{path.name}.part")
    aside.unlink(missing_ok=True)
    try:
        with open(os.open(aside, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as file:
            if is_archive:
                # PDFs are compressed in themselves.
                with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
                    for part_name, content in parts:
                        archive.writestr(part_name, content)
            else:
                file.write(next(iter(parts))[1])
            file.flush()
            os.fsync(file.fileno())
            file.seek(0)
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        size = aside.stat().st_size
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
    return KeptFile(name=f"{name}.{'zip' if is_archive else 'pdf'}", size_bytes=size, sha256=digest)


def open_file(key: int) -> Path:
    """
    Return where the file of a work lies.

    :raises FileGone: if it was removed
    """
    path = find_path(key)
    if not path.is_file():
        raise FileGone(field="work")
    return path


def is_kept(key: int) -> bool:
    """Tell whether the file of a work is still there."""
    return find_path(key).is_file()


def remove_files(keys: Iterable[int]) -> None:
    """Remove the files of works that a newer one has taken the place of."""
    for key in keys:
        find_path(key).unlink(missing_ok=True)


def find_path(key: int) -> Path:
    """Return where the file of a work lies or would lie."""
    root: Path = settings.DATA_DIR
    return root / FOLDER / str(key)
