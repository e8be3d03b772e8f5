"""Long lists as the database reads them: text built at once, where the driver would look at every value."""

from collections.abc import Iterable


def write_integers(values: Iterable[int | None]) -> str:
    """Return an array of integers as text, to be cast to `bigint[]`."""
    return "{" + ",".join(["NULL" if value is None else str(value) for value in values]) + "}"


def write_texts(values: Iterable[object]) -> str:
    """Return an array of texts or days as text, to be cast to the type that is wanted."""
    quoted = [str(value).replace("\\", "\\\\").replace('"', '\\"') for value in values]
    return '{"' + '","'.join(quoted) + '"}' if quoted else "{}"
