"""How the launcher refuses and how it speaks."""

import sys


class LauncherError(Exception):
    """A refusal with a stable code; `main` prints it as `code: message` and ends with its status."""

    def __init__(self, code: str, message: str, *, status: int = 1) -> None:
        super().__init__(message)
        self.code = f"launcher.{code}"
        self.message = message
        self.status = status


def say(message: str) -> None:
    """Tell a person what is going on; standard output belongs to the product."""
    print(f"dianke: {message}", file=sys.stderr, flush=True)
