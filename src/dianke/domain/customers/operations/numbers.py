"""The next free numbers: drawn from sequences, so that two clerks never get the same."""

from django.db import connection

from dianke.domain.customers.models import Customer, CustomerAccount, ServiceLocation
from dianke.kernel.errors import DomainError
from dianke.kernel.ids import make_user_number
from dianke.platform.identity.types import Actor

_DRAWN_AT_ONCE = 50
_MOST_DRAWS = 200


class NoFreeNumber(DomainError):
    """Ten thousand numbers in a row are taken, as after a load of a whole block."""

    code = "customers.no_free_number"
    message = "no number is free near the next of {sequence}; let the sequence start higher"


def draw_user_number() -> str:
    """Return a user number of ten digits with its check digit that no account has."""
    return _draw("customers_user_number", CustomerAccount, make_user_number)


def draw_customer_number() -> str:
    """Return a customer number that nobody has."""
    return _draw("customers_customer_number", Customer, lambda serial: f"C{serial:09d}")


def draw_location_code() -> str:
    """Return a code that no place has."""
    return _draw("customers_location_code", ServiceLocation, lambda serial: f"L{serial:09d}", field="code")


def _draw(sequence: str, model: type, write: object, *, field: str = "number") -> str:
    assert callable(write)  # noqa: S101 - a wrong call is a bug, not an input
    everybody = Actor.system("asking whether a number is free")
    drawn_at_once = 1
    for _ in range(_MOST_DRAWS):
        numbers = [write(serial) for serial in _next_serials(sequence, drawn_at_once)]
        rows = model.objects.for_actor(everybody)  # type: ignore[attr-defined]
        taken = set(rows.filter(**{f"{field}__in": numbers}).values_list(field, flat=True))
        free = [number for number in numbers if number not in taken]
        if free:
            return str(free[0])
        # A taken number tells of a block that was loaded: from then on they are asked for by the fifty.
        drawn_at_once = _DRAWN_AT_ONCE
    raise NoFreeNumber(sequence=sequence)


def _next_serials(sequence: str, count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("select nextval(%s::regclass) from generate_series(1, %s)", [sequence, count])
        return [row[0] for row in cursor.fetchall()]
