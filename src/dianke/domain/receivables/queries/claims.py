"""Reads of claims on accounts: waivers of late fees, refunds, deposits."""

from collections.abc import Collection, Mapping, Sequence

from django.db.models import Q, QuerySet, Sum

from dianke.domain.receivables.models import Claim, ClaimItem, HeldMoney, Posting, Voucher
from dianke.domain.receivables.queries.chart import list_keys_below
from dianke.domain.receivables.rules.claims import LATE_FEES, TAKES_DEPOSIT, TAKES_PREPAYMENT
from dianke.domain.receivables.types import ClaimKind, ClaimState, HeldKind
from dianke.kernel.errors import DomainError
from dianke.platform.identity.types import Actor
from dianke.platform.org.scoping import Scope

_SYSTEM = Actor.system("telling what was waived")
# Approved, their money moves through the bank.
_AT_BANK = (ClaimKind.REFUND.value, ClaimKind.DEPOSIT_RETURN.value, ClaimKind.DEPOSIT_TAKEN.value)
# A key is no longer than that behind its letters.
_LONG = 20
_APPROVED = (ClaimState.APPROVED.value, ClaimState.PAID.value)


class ClaimNotFound(DomainError):
    """There is no such claim within the actor's units."""

    code = "receivables.claim_not_found"
    message = "there is no claim {claim}"


def filter_claims(*, actor: Scope) -> QuerySet[Claim]:
    """Return the claims of the actor's units with their accounts; no order."""
    rows: QuerySet[Claim] = Claim.objects.for_actor(actor)
    return rows.select_related("account__customer", "account__unit")


def get_claim(*, actor: Scope, claim_id: int) -> Claim:
    """
    Return a claim.

    :raises ClaimNotFound: if there is none within the actor's units
    """
    claim = filter_claims(actor=actor).filter(pk=claim_id).first()
    if claim is None:
        raise ClaimNotFound(field="claim", claim=claim_id)
    return claim


def list_items(*, actor: Scope, claim: Claim) -> list[ClaimItem]:
    """Return the bills of a waiver, oldest first."""
    return list(ClaimItem.objects.for_actor(actor).filter(claim=claim).order_by("item_id"))


def sum_waived(*, item_ids: Collection[int]) -> dict[int, int]:
    """Return what of the late fees of bills was waived, whether booked or not, in fen; bills without are left out."""
    rows = (
        ClaimItem.objects.for_actor(_SYSTEM)
        .filter(item_id__in=list(item_ids), claim__state__in=_APPROVED, claim__kind=ClaimKind.LATE_FEE_WAIVER.value)
        .values_list("item_id")
        .annotate(waived=Sum("amount_fen"))
    )
    return {int(item): int(waived) for item, waived in rows}


def sum_asked_waivers(*, item_ids: Collection[int]) -> dict[int, int]:
    """Return what of the late fees of bills somebody asks to waive and nobody decided yet, in fen."""
    rows = (
        ClaimItem.objects.for_actor(_SYSTEM)
        .filter(item_id__in=list(item_ids), claim__state=ClaimState.ASKED.value)
        .values_list("item_id")
        .annotate(asked=Sum("amount_fen"))
    )
    return {int(item): int(asked) for item, asked in rows}


def sum_booked_late_fees(*, actor: Scope, account_id: int, item_ids: Sequence[int]) -> dict[int, int]:
    """Return what of the late fees of an account's bills stands in the books and is not paid, in fen."""
    rows = (
        Posting.objects.for_actor(actor)
        .filter(
            customer_account_id=account_id,
            item_id__in=list(item_ids),
            ledger_account_id__in=list_keys_below(actor=actor, code=LATE_FEES),
        )
        .values_list("item_id")
        .annotate(debit=Sum("debit_fen"), credit=Sum("credit_fen"))
    )
    return {int(item): int(debit - credit) for item, debit, credit in rows}


def get_free_money(*, actor: Scope, account_id: int) -> Mapping[HeldKind, int]:
    """Return what is held for an account and not asked for by a claim that waits, in fen."""
    held = dict(
        HeldMoney.objects.for_actor(actor).filter(customer_account_id=account_id).values_list("kind", "amount_fen")
    )
    asked = dict(
        Claim.objects.for_actor(actor)
        .filter(account_id=account_id, state=ClaimState.ASKED.value)
        .values_list("kind")
        .annotate(total=Sum("amount_fen"))
    )
    return {
        HeldKind.PREPAYMENT: held.get(HeldKind.PREPAYMENT.value, 0)
        - sum(asked.get(kind.value, 0) for kind in TAKES_PREPAYMENT),
        HeldKind.DEPOSIT: held.get(HeldKind.DEPOSIT.value, 0) - sum(asked.get(kind.value, 0) for kind in TAKES_DEPOSIT),
    }


def list_vouchers(*, actor: Scope, claim: Claim) -> list[Voucher]:
    """Return the vouchers that a claim was booked by, the first first."""
    keys = [key for key in (claim.voucher_id, claim.paid_voucher_id) if key is not None]
    return list(Voucher.objects.for_actor(actor).filter(pk__in=keys).order_by("pk"))


def map_at_bank(*, actor: Scope, words: Collection[str]) -> dict[str, Claim]:
    """Return claims whose money goes through the bank, by each of some words that names one: numbers of both sides."""
    keys = [int(word[3:]) for word in words if word.startswith("SQ-") and word[3:].isdecimal() and len(word) < _LONG]
    rows = Claim.objects.for_actor(actor).filter(kind__in=_AT_BANK, state__in=_APPROVED)
    found: dict[str, Claim] = {}
    for claim in rows.filter(Q(pk__in=keys) | Q(paid_reference__in=words) | Q(received_reference__in=words)):
        for word in (claim.number, claim.paid_reference, claim.received_reference):
            if word:
                found[word] = claim
    return found


def find_at_bank(*, actor: Scope, number: str) -> Claim | None:
    """Return the claim of a number whose money goes through the bank, or None."""
    return map_at_bank(actor=actor, words=[number]).get(number)
