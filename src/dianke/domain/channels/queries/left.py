"""Reads about money that left an account of ours, and about the vouchers and payments of a booking."""

from collections.abc import Sequence

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum

from dianke.domain.channels.models import Bank, EntryState, StatementEntry
from dianke.domain.channels.queries.cheques import map_honoured
from dianke.domain.channels.rules.left import ClaimAtBank, LeftFacts, name_words
from dianke.domain.channels.rules.statements.types import Entry
from dianke.domain.receivables.models import Payment, PaymentEvent, Voucher
from dianke.domain.receivables.queries.claims import map_at_bank
from dianke.domain.receivables.types import ClaimKind, ClaimState, PaymentEventKind
from dianke.platform.identity.types import Actor
from dianke.platform.org.scoping import Scope

_SYSTEM = Actor.system("finding what money that left an account of ours was for")
_STANDING = (EntryState.BOOKED.value, EntryState.SUSPENSE.value)
# So many vouchers one booking has at most: each time that it is decided on anew takes two.
_MOST_VOUCHERS = 200


def load_facts(*, actor: Scope, bank: Bank, entries: Sequence[Entry]) -> LeftFacts:
    """Return what bookings of a bank may have been for, by the words in them."""
    words = {word for entry in entries for word in name_words(entry)}
    came = _filter_standing(bank).filter(reference__in=words).values_list("reference", "amount_fen")
    return LeftFacts(
        came=dict(came),
        claims={
            word: ClaimAtBank(claim.number, claim.amount_fen)
            for word, claim in map_at_bank(actor=actor, words=words).items()
            if claim.is_paid_out and not sum_claimed(number=claim.number)
        },
        cheques=map_honoured(actor=actor, numbers=words),
    )


def map_coming_claims(*, actor: Scope, entries: Sequence[Entry]) -> dict[str, tuple[ClaimAtBank, bool]]:
    """Return claims whose money may have come by some bookings, by word, and whether that is certain to the fen."""
    words = {word for entry in entries if entry.amount_fen > 0 for word in name_words(entry)}
    found = {}
    for word, claim in map_at_bank(actor=actor, words=words).items():
        is_deposit = claim.kind == ClaimKind.DEPOSIT_TAKEN.value
        if is_deposit and sum_claimed(number=claim.number):
            continue
        if is_deposit or claim.state == ClaimState.PAID.value:
            found[word] = (ClaimAtBank(claim.number, claim.amount_fen), is_deposit)
    return found


def find_came(*, entry: StatementEntry, reference: str) -> StatementEntry | None:
    """Return the booking by which the money came that another gives back, held until the transaction ends, or None."""
    rows = _filter_standing(entry.bank).filter(reference=reference.strip(), amount_fen=-entry.amount_fen)
    found: StatementEntry | None = rows.select_related("payment").select_for_update(of=("self",)).first()
    return found


def sum_claimed(*, number: str) -> int:
    """Return what bookings of banks say of a claim, in fen: below zero it left, nothing where it came back."""
    rows = StatementEntry.objects.for_actor(_SYSTEM).filter(state=EntryState.CLAIMED.value, target=number)
    return int(rows.aggregate(sum=Sum("amount_fen"))["sum"] or 0)


def count_own_vouchers(*, entry_id: int) -> int:
    """Return how many vouchers a booking has of its own, those taken back too."""
    names = [f"bank:{entry_id}:{serial}" for serial in range(1, _MOST_VOUCHERS + 1)]
    return int(Voucher.objects.for_actor(_SYSTEM).filter(source__in=names).count())


def count_payments(*, names: Sequence[str]) -> int:
    """Return how many payments are known by some numbers of transfers."""
    return int(Payment.objects.for_actor(_SYSTEM).filter(channel="TRANSFER", external_number__in=names).count())


def _filter_standing(bank: Bank) -> QuerySet[StatementEntry]:
    """Return bookings of a bank by which money came that still stands in the books as a payment."""
    back = PaymentEvent.objects.for_actor(_SYSTEM).filter(
        payment_id=OuterRef("payment_id"), kind=PaymentEventKind.REVERSED.value
    )
    rows: QuerySet[StatementEntry] = StatementEntry.objects.for_actor(_SYSTEM).filter(
        ~Exists(back), Q(payment_id__isnull=False), bank=bank, amount_fen__gt=0, state__in=_STANDING
    )
    return rows
