"""The root of every refusal that a user, a caller or a log reads."""

from typing import Any, ClassVar


class DomainError(Exception):
    """
    A refusal with a stable code, the field that is wrong and facts for the message.

    Subclasses stand beside the function that raises them and set `code` and `message`; `message` is an
    English format string over the facts and doubles as the translation key.
    """

    code: ClassVar[str] = "refused"
    message: ClassVar[str] = "refused"

    def __init__(self, *, field: str | None = None, **facts: Any) -> None:
        self.field = field
        self.facts = facts
        super().__init__(str(self))

    def __str__(self) -> str:
        try:
            return self.message.format(**self.facts)
        except (KeyError, IndexError):
            return f"{self.message} {self.facts}"

    def as_dict(self) -> dict[str, str]:
        """Return the error as commands and the API print it."""
        return {"field": self.field or "", "code": self.code, "message": str(self)}
