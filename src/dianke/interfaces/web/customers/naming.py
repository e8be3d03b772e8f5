"""Names of customers on pages that are no part of the archive: masked for who may not see the archive there."""

from collections.abc import Callable, Iterable
from typing import Any

from dianke.kernel.masks import mask_name
from dianke.platform.identity.types import Actor

SEE_WHOLE = "archive.view"


def hide_names(actor: Actor, rows: Iterable[Any], *, find: Callable[[Any], Any] = lambda row: row.customer) -> None:
    """
    Write masks over the names of the customers of some rows; the rows are then for drawing alone, never for writing.

    :param find: returns the customer of a row
    """
    if actor.covers(SEE_WHOLE):
        return
    for row in rows:
        customer = find(row)
        if not actor.may(SEE_WHOLE, customer.unit.path):
            customer.name, customer.short_name = mask_name(customer.name), mask_name(customer.short_name)


def hide_contact(actor: Actor, row: Any) -> None:
    """Write a mask over the name of the contact of a row, whose customer's archive the reader may not see."""
    if row.contact is not None and not actor.may(SEE_WHOLE, row.customer.unit.path):
        row.contact.name = mask_name(row.contact.name)
