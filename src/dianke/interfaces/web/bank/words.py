"""What pages of banks call things."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dianke.domain.channels.models import EntryState
from dianke.domain.channels.rules.bank_files.codes import list_codes
from dianke.domain.channels.rules.bank_files.types import Layout
from dianke.domain.channels.rules.matching import MatchReason
from dianke.domain.channels.rules.reconciling import BALANCE, DayState, DifferenceKind, DifferenceState, Remedy
from dianke.domain.channels.rules.withholding import AnswerState, BatchState, Exclusion, LineState
from dianke.domain.receivables.types import Channel
from dianke.interfaces.web.components.page import Text
from dianke.interfaces.web.components.states import register_states
from dianke.interfaces.web.payments.words import CHANNELS as PAYMENT_CHANNELS

LAYOUTS: dict[str, Text] = {Layout.TEXT.value: _("Text, GB18030"), Layout.XML.value: "XML"}
CHANNELS: dict[str, Text] = {
    Channel.BANK_WITHHOLDING.value: _("Bank withholding"),
    Channel.TRANSFER.value: _("Transfers"),
    Channel.COUNTER.value: _("Cash of counters"),
}
EXCLUSIONS: dict[str, Text] = {
    Exclusion.PAUSED.value: _("paused, as while a bill is disputed"),
    Exclusion.IN_OPEN_BATCH.value: _("asked for by another open batch"),
    Exclusion.NO_DEBT.value: _("owes nothing"),
    Exclusion.OVER_LIMIT.value: _("the oldest bill is more than the agreement allows"),
    Exclusion.BANK_ACCOUNT_ENDED.value: _("its bank account is no longer the account's"),
    "NO_MANDATE": _("an account at the bank, but no agreement"),
}
REASONS: dict[str, Text] = {
    MatchReason.BATCH_NUMBER.value: _("names the batch"),
    MatchReason.RETURNED_LINE.value: _("names the line that is taken back"),
    MatchReason.MERCHANT_AND_AMOUNT.value: _("names our number there, and its amount is that of open days"),
    MatchReason.MERCHANT_NUMBER.value: _("names our number there"),
    MatchReason.SLIP_AND_AMOUNT.value: _("names a slip of cash, and its amount is that of the slip"),
    MatchReason.SLIP_NUMBER.value: _("names a slip of cash"),
    MatchReason.CHEQUE_AND_AMOUNT.value: _("names a cheque under way, and its amount is that of the cheque"),
    MatchReason.CHEQUE_NUMBER.value: _("names a cheque under way"),
    MatchReason.VIRTUAL_ACCOUNT.value: _("came to the user's virtual account"),
    MatchReason.PAYER_AND_NAME.value: _("number and name of a collective payer"),
    MatchReason.PAYER_NUMBER.value: _("number of a collective payer in the text"),
    MatchReason.USER_NUMBER_AND_NAME.value: _("user number and name"),
    MatchReason.USER_NUMBER.value: _("user number in the text"),
    MatchReason.SEVERAL_USER_NUMBERS.value: _("one of several user numbers"),
    MatchReason.AMOUNT_AND_NAME.value: _("amount owed and name"),
    MatchReason.NAME.value: _("name"),
    MatchReason.AMOUNT.value: _("amount owed"),
    MatchReason.CLAIM_AND_AMOUNT.value: _("names a claim on an account, and its amount is that of the claim"),
    MatchReason.CLAIM_NUMBER.value: _("names a claim on an account"),
    MatchReason.BOOKING_AND_AMOUNT.value: _("names the booking that it gives back, and the amount is the same"),
    MatchReason.BOOKING_NUMBER.value: _("names another booking of the bank"),
    MatchReason.FEE_TEXT.value: _("its text is that of a fee"),
    MatchReason.BY_HAND.value: _("by hand"),
}
# Why the match of a booking is not undone.
UNDO_REASONS: dict[str, Text] = {
    "reason_missing": _("Give a reason."),
    "asked_already": _("Somebody asked for it already."),
    "decided_already": _("It was decided already."),
    "asked_by_another": _("Only who asked may take it back."),
    "nothing_matched": _("It waits already: there is no match to undo."),
    "no_way_back": _("This match has no way back: book it the other way round."),
    "taken_back": _("The bank took it back: nothing of it is left to undo."),
    "cheque_bounced": _("The bank took the cheque back meanwhile."),
    "changed_meanwhile": _("The booking or what it was matched to changed meanwhile."),
}
# What a day of reconciliation is of.
DAYS: dict[str, Text] = {**PAYMENT_CHANNELS, BALANCE: _("Balance at the bank")}
DIFFERENCES: dict[str, Text] = {
    DifferenceKind.OURS_ONLY.value: _("only in our books"),
    DifferenceKind.THEIRS_ONLY.value: _("only at the bank"),
    DifferenceKind.AMOUNT.value: _("another amount"),
    DifferenceKind.REVERSED_OURS.value: _("taken back only in our books"),
    DifferenceKind.REVERSED_THEIRS.value: _("taken back only by the other side"),
}
REMEDIES: dict[str, Text] = {
    DifferenceKind.OURS_ONLY.value: _("Load the statement of the day, or ask the bank when the money comes."),
    DifferenceKind.THEIRS_ONLY.value: _("Book the bank's answer, or see which payment was reversed."),
    DifferenceKind.AMOUNT.value: _("See which lines the bank took back or answered later."),
    DifferenceKind.REVERSED_OURS.value: _("See why it was reversed here."),
    DifferenceKind.REVERSED_THEIRS.value: _("See why it went back."),
}
# What another person is asked to agree to, by kind of difference with a gateway or agent.
ASKED: dict[str, Text] = {
    Remedy.BOOK.value: _("Book their line"),
    Remedy.REVERSE.value: _("Reverse our payment"),
    Remedy.REPLACE.value: _("Reverse our payment and book their line"),
}
CODES: dict[str, Text] = {
    "PAID": _("paid in full"),
    "PARTLY_PAID": _("paid in part, as far as the money reached"),
    "INSUFFICIENT_FUNDS": _("not enough money on the account"),
    "ACCOUNT_UNKNOWN": _("the account number is wrong"),
    "ACCOUNT_CLOSED": _("the account is closed"),
    "ACCOUNT_BLOCKED": _("the account is blocked"),
    "NAME_DIFFERS": _("the holder has another name"),
    "NO_AGREEMENT": _("the bank knows no agreement"),
    "AGREEMENT_ENDED": _("the holder ended it or has died"),
    "OVER_LIMIT": _("more than the agreement allows"),
    "STOPPED": _("the holder stopped this payment"),
    "BANK_FAULT": _("the bank could not work on it in time"),
    "OTHER": _("refused without a reason"),
}
register_states(
    "bank.batch",
    {
        BatchState.DRAFT.value: ("warn", _("Waits for release")),
        BatchState.RELEASED.value: ("run", _("Released")),
        BatchState.SENT.value: ("run", pgettext_lazy("bank", "Sent")),
        BatchState.ANSWERED.value: ("ok", pgettext_lazy("bank", "Answered")),
        BatchState.WITHDRAWN.value: ("idle", _("Taken back")),
    },
)
register_states(
    "bank.line",
    {
        LineState.WAITING.value: ("idle", _("Waits for the bank")),
        LineState.PAID.value: ("ok", _("Paid")),
        LineState.PARTLY.value: ("warn", _("Paid in part")),
        LineState.REFUSED.value: ("bad", pgettext_lazy("line", "Refused")),
        LineState.RETURNED.value: ("bad", _("Taken back by the bank")),
    },
)
register_states(
    "bank.answer",
    {
        AnswerState.BROUGHT.value: ("run", _("Is being checked")),
        AnswerState.CHECKED.value: ("warn", _("Checked, not booked")),
        AnswerState.BOOKING.value: ("run", _("Is being booked")),
        AnswerState.BOOKED.value: ("ok", pgettext_lazy("bank", "Booked")),
        AnswerState.REFUSED.value: ("bad", pgettext_lazy("file", "Refused")),
    },
)
register_states(
    "bank.entry",
    {
        EntryState.OPEN.value: ("warn", _("Not dealt with")),
        EntryState.SUSPENSE.value: ("warn", _("In suspense")),
        EntryState.BOOKED.value: ("ok", pgettext_lazy("bank", "Booked")),
        EntryState.SETTLED.value: ("ok", _("Money of a batch")),
        EntryState.RETURNED.value: ("bad", _("Taken back by the bank")),
        EntryState.CLEARED.value: ("ok", _("Settlement of a gateway or agent")),
        EntryState.DEPOSITED.value: ("ok", _("Cash of a counter")),
        EntryState.HONOURED.value: ("ok", _("Cheque of a counter")),
        EntryState.CLAIMED.value: ("ok", _("Money of a claim")),
        EntryState.BOUNCED.value: ("bad", _("Cheque taken back")),
        EntryState.CHARGED.value: ("ok", _("Fee of the bank")),
        EntryState.ELSEWHERE.value: ("idle", _("No matter of customers")),
    },
)
register_states(
    "bank.day",
    {DayState.OPEN.value: ("run", pgettext_lazy("bank", "Open")), DayState.CLOSED.value: ("ok", _("Closed"))},
)
register_states(
    "bank.difference",
    {
        DifferenceState.OPEN.value: ("bad", pgettext_lazy("bank", "Open")),
        DifferenceState.ASKED.value: ("warn", _("Waits for a second person")),
        DifferenceState.SOLVED.value: ("ok", _("Solved")),
        DifferenceState.VANISHED.value: ("idle", _("No longer there")),
    },
)


# What a difference of a balance is known by, before its number.
_KEYS: dict[str, Text] = {
    "entry": _("Booking"),
    "batch": _("Batch"),
    "slip": _("Slip"),
    "claim": _("Claim"),
    "voucher": _("Voucher"),
}
_BALANCE_REMEDIES: dict[str, Text] = {
    "entry": _("Take the money into suspense"),
    "claim": _("Have the claim wait to be paid out again"),
}


def name_difference(reference: str) -> str:
    """Return what both sides know a difference by, in words."""
    what, colon, number = reference.partition(":")
    if not colon or what not in _KEYS:
        return reference
    return f"{_KEYS[what]} {f'SQ-{int(number):06d}' if what == 'claim' else number}"


def name_remedy(remedy: str, reference: str) -> Text:
    """Return what is asked to be done to the books about a difference, in words."""
    what = reference.partition(":")[0]
    return _BALANCE_REMEDIES.get(what) or ASKED.get(remedy, "") if remedy else ""


def may_resend(code: str) -> bool:
    """Tell whether a line that the bank answered so may be asked for again."""
    found = list_codes().get(code)
    return found is not None and found.may_resend
