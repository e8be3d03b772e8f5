"""
Where handed-in files lie: below the data directory under their hash, packed and encrypted.

A file of customers holds identity and phone numbers like the archive does, and must not lie there in the clear.
Beside it lies, while somebody is at work on it, a word of how far the work is: a transaction that is open cannot
tell the page so.
"""

import base64
import hashlib
import json
import os
import zlib
from pathlib import Path

from dianke.kernel.errors import DomainError
from dianke.platform.crypto.cipher import decrypt, encrypt, read_key_id
from dianke.platform.crypto.keys import get_ring
from dianke.platform.import_batches.types import KeptFile

_FOLDER = "imports"
_PURPOSE = "import_file"
_LEVEL = 1


class FileNotKept(DomainError):
    """The file that was handed in lies no longer in the data directory."""

    code = "imports.file_not_kept"
    message = "the file of {number} is not kept any more; hand it in again"


def keep_file(*, data_dir: Path, name: str, content: bytes) -> KeptFile:
    """Keep a file under its hash, once however often it comes, and return what is known of it."""
    sha256 = hashlib.sha256(content).hexdigest()
    place = f"{_FOLDER}/{sha256[:2]}/{sha256}"
    path = data_dir / place
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        packed = base64.b64encode(zlib.compress(content, _LEVEL)).decode("ascii")
        _write(path, encrypt(packed, purpose=_PURPOSE))
    return KeptFile(name=name[-200:], sha256=sha256, size_bytes=len(content), place=place)


def open_file(*, data_dir: Path, place: str, number: str) -> bytes:
    """
    Return the bytes of a kept file as they came.

    :raises FileNotKept: if it was thrown away
    """
    path = data_dir / place
    if not place or not path.is_file():
        raise FileNotKept(field="file", number=number)
    packed = decrypt(path.read_bytes(), purpose=_PURPOSE)
    return zlib.decompress(base64.b64decode(packed))


def encrypt_again(*, data_dir: Path) -> int:
    """Encrypt the kept files that lie under older keys under the current one, and return how many there were."""
    current = get_ring().current
    count = 0
    for path in sorted((data_dir / _FOLDER).glob("??/*")):
        if path.name.endswith(".part"):
            continue
        sealed = path.read_bytes()
        if read_key_id(sealed) != current:
            _write(path, encrypt(decrypt(sealed, purpose=_PURPOSE), purpose=_PURPOSE))
            count += 1
    return count


def throw_away(*, data_dir: Path, place: str) -> None:
    """Remove a kept file, if it is there."""
    if place:
        (data_dir / place).unlink(missing_ok=True)


def note_progress(*, data_dir: Path, batch_id: int, stage: str, percent: int) -> None:
    """Say how far the work on a batch is."""
    path = _progress_path(data_dir, batch_id)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    _write(path, json.dumps({"stage": stage, "percent": percent}).encode())


def read_progress(*, data_dir: Path, batch_id: int) -> tuple[str, int]:
    """Return the stage and the percent that the work on a batch last told of."""
    try:
        told = json.loads(_progress_path(data_dir, batch_id).read_bytes())
    except (FileNotFoundError, ValueError):
        return "", 0
    return str(told["stage"]), int(told["percent"])


def forget_progress(*, data_dir: Path, batch_id: int) -> None:
    """Take the word of the work on a batch away."""
    _progress_path(data_dir, batch_id).unlink(missing_ok=True)


def _progress_path(data_dir: Path, batch_id: int) -> Path:
    return data_dir / _FOLDER / "progress" / f"{batch_id}.json"


def _write(path: Path, content: bytes) -> None:
    """Write a file that only the service reads, whole or not at all."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    part.replace(path)
