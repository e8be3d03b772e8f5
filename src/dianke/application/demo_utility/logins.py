"""The demo's log-ins: new at each load, kept for the next start in a file that only its owner reads."""

import json
import os
from pathlib import Path

from dianke.application.demo_utility.organisation import PEOPLE, POSTS

FILE_NAME = "demo-logins.json"


def keep_passwords(folder: Path, passwords: dict[str, str]) -> None:
    """Write the passwords to a file of mode 0600, in one step."""
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f".{FILE_NAME}.part"
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(passwords, file)
    os.replace(draft, folder / FILE_NAME)


def read_passwords(folder: Path) -> dict[str, str] | None:
    """Return the passwords of the last load, or None if the file is gone or not whole."""
    try:
        stored = json.loads((folder / FILE_NAME).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    is_whole = isinstance(stored, dict) and {person.login for person in PEOPLE} <= stored.keys()
    return {str(login): str(password) for login, password in stored.items()} if is_whole else None


def list_logins(passwords: dict[str, str]) -> list[tuple[str, str, str]]:
    """Return login, password and the name of the post of each person."""
    posts = {post.code: post.name for post in POSTS}
    return [(person.login, passwords[person.login], posts[person.post]) for person in PEOPLE]
