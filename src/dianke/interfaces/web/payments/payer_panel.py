"""What a customer's money tab says of the collective payer that pays for the account."""

from datetime import date
from typing import Any

from django.urls import reverse

from dianke.domain.customers.models import CustomerAccount
from dianke.domain.receivables.queries.payers import map_payers
from dianke.platform.identity.types import Actor


def list_payers_of(*, actor: Actor, account: CustomerAccount, today: date) -> list[dict[str, Any]]:
    """Return who pays for an account today or later, within the reader's units, with links for who may follow them."""
    found = map_payers(actor=actor, account_ids=[account.pk], on=today).get(account.pk, [])
    may_open = actor.may("payments.view")
    return [{"payer": one, "url": reverse("web:payer", args=[one.number]) if may_open else ""} for one in found]
