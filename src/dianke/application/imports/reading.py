"""Read a file by what it holds, whatever its name says: a workbook, or text with separators."""

import io
import stat
from pathlib import Path

from dianke.application.imports import csv_files, xlsx_files
from dianke.application.imports.files import MIB, Limits, Sheet, UnreadableFile

_WORKBOOK = b"PK\x03\x04"
_KNOWN_STARTS = (
    (b"\xd0\xcf\x11\xe0", "XLS"),
    (b"%PDF", "PDF"),
    (b"\x1f\x8b", "GZIP"),
    (b"7z\xbc\xaf", "7Z"),
    (b"Rar!", "RAR"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"PAR1", "PARQUET"),
)


def read_path(path: Path, limits: Limits) -> Sheet:
    """
    Read a file by its name.

    :raises UnreadableFile: if it is missing, too large, or holds no table
    """
    return read_bytes(read_file(path, limits), limits)


def read_file(path: Path, limits: Limits) -> bytes:
    """
    Return the content of a file by its name, never more than one byte above the limit of it.

    :raises UnreadableFile: if it is missing, cannot be read or is too large
    """
    try:
        with path.open("rb") as file:
            status = path.stat()
            # The size is asked first: a file that is refused is not read at all.
            if stat.S_ISREG(status.st_mode) and status.st_size > limits.size:
                raise UnreadableFile("file_too_large", limit=str(limits.size // MIB))
            content = file.read(limits.size + 1)
            if len(content) > limits.size:
                raise UnreadableFile("file_too_large", limit=str(limits.size // MIB))
            return content
    except FileNotFoundError:
        raise UnreadableFile("file_missing") from None
    except (OSError, ValueError) as error:
        # ValueError: a name with a NUL character.
        reason = error.strerror if isinstance(error, OSError) else None
        raise UnreadableFile("file_unreadable", reason=reason or str(error)) from None


def read_bytes(content: bytes, limits: Limits) -> Sheet:
    """
    Read the content of a file.

    :raises UnreadableFile: if it holds no table
    """
    if not content.strip():
        raise UnreadableFile("file_empty")
    if content.startswith(_WORKBOOK):
        return xlsx_files.read_workbook(io.BytesIO(content), limits)
    for start, name in _KNOWN_STARTS:
        if content.startswith(start):
            raise UnreadableFile("not_a_table", found=name)
    return csv_files.read_csv(content, limits)
