"""What a customer's money tab says of agreements on instalments, of advances and of guarantees."""

from datetime import date
from typing import Any

from django.urls import reverse

from dianke.domain.customers.models import CustomerAccount
from dianke.domain.receivables.queries import agreements as queries
from dianke.domain.receivables.queries.guarantees import filter_guarantees
from dianke.domain.receivables.queries.stages import sum_late_advances
from dianke.domain.receivables.types import AgreementState, GuaranteeState
from dianke.interfaces.web.agreements import words
from dianke.interfaces.web.agreements.lists import draw_agreement, draw_guarantee
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.page import Chip, Text
from dianke.interfaces.web.components.states import state_chip
from dianke.platform.org.scoping import Scope

_SHOWN_STATES = (AgreementState.PROPOSED.value, AgreementState.IN_FORCE.value, AgreementState.BROKEN.value)
_SHOWN = 5


def describe_promises(*, actor: Scope, account: CustomerAccount, today: date) -> list[dict[str, Any]]:
    """Return the agreements, late advances and guarantees of an account that matter now."""
    found = _list_agreements(actor, account, today)
    if late_fen := sum_late_advances(account_ids=[account.pk], on=today).get(account.pk, 0):
        url = reverse("web:staged_terms", args=[account.number])
        found.append(_draw(account.number, url, "STAGES", "", state_chip("stage", "LATE"), late_fen))
    held = filter_guarantees(actor=actor).filter(state=GuaranteeState.HELD.value, account=account)
    return found + [
        _draw(
            one.number, reverse("web:guarantee", args=[one.pk]), words.GUARANTEE_KINDS[one.kind],
            f"{one.guarantor} · {formats.day(one.valid_until_date)}", draw_guarantee(one, today), one.amount_fen,
        )
        for one in held.order_by("valid_until_date", "id")[:_SHOWN]
    ]  # fmt: skip


def _list_agreements(actor: Scope, account: CustomerAccount, today: date) -> list[dict[str, Any]]:
    rows = queries.filter_agreements(actor=actor).filter(account=account, state__in=_SHOWN_STATES)
    agreements = list(rows.order_by("-id")[:_SHOWN])
    progress = queries.list_progress(agreements=agreements) if agreements else {}
    found = []
    for one in agreements:
        part = progress[one.pk].next_part if one.state == AgreementState.IN_FORCE.value else None
        what = f"{formats.day(part.due_date)} · {formats.fen(part.left_fen)}" if part else ""
        chip, url = draw_agreement(one, progress[one.pk], today), reverse("web:agreement", args=[one.pk])
        found.append(_draw(one.number, url, "AGREEMENT", what, chip, progress[one.pk].left_fen))
    return found


def _draw(number: str, url: str, kind: Text, what: Text, chip: Chip, fen: int) -> dict[str, Any]:
    return {"number": number, "url": url, "kind": kind, "what": what, "chip": chip, "fen": fen}
