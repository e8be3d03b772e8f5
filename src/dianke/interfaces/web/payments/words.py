"""What payments call things."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dianke.domain.channels.types import ChangeKind, ChangeState
from dianke.domain.receivables.types import Channel, PaymentEventKind, Tender
from dianke.interfaces.web.components.page import Text
from dianke.interfaces.web.components.states import register_states
from dianke.interfaces.web.shell.errors import explain
from dianke.kernel.errors import DomainError

CHANNELS: Mapping[str, Text] = {
    Channel.COUNTER.value: pgettext_lazy("channel", "Counter"),
    Channel.BANK_WITHHOLDING.value: pgettext_lazy("channel", "Bank withholding"),
    Channel.ONLINE.value: pgettext_lazy("channel", "Online"),
    Channel.AGENT.value: pgettext_lazy("channel", "Agent"),
    Channel.TRANSFER.value: pgettext_lazy("channel", "Transfer"),
}
TENDERS: Mapping[str, Text] = {
    Tender.CASH.value: pgettext_lazy("tender", "Cash"),
    Tender.CARD.value: pgettext_lazy("tender", "Card"),
    Tender.CHEQUE.value: pgettext_lazy("tender", "Cheque"),
    Tender.ACCOUNT.value: pgettext_lazy("tender", "Into the bank account"),
}
EVENTS: Mapping[str, Text] = {
    PaymentEventKind.ASSIGNED.value: pgettext_lazy("payment", "Given to an account"),
    PaymentEventKind.MOVED.value: pgettext_lazy("payment", "Moved to another account"),
    PaymentEventKind.REVERSED.value: pgettext_lazy("payment", "Reversed"),
    PaymentEventKind.REARRANGED.value: pgettext_lazy("payment", "Prepayments put in order"),
}
CHANGES: Mapping[str, Text] = {
    ChangeKind.REVERSAL.value: pgettext_lazy("payment", "Reversal"),
    ChangeKind.BOUNCE.value: pgettext_lazy("payment", "Cheque returned by the bank"),
    ChangeKind.MOVE.value: pgettext_lazy("payment", "Move to another account"),
}

REASONS: Mapping[str, Text] = {
    "amount_unreadable": _("The amount must be above zero."),
    "open_already": _("You have an open shift already."),
    "not_yours": _("It is another cashier's shift."),
    "shift_closed": _("The shift is closed; it takes nothing more."),
    "shift_of_another_day": _("The shift is of another day: count and close it, then open one for today."),
    "tender_unknown": _("The counter takes cash, cards and cheques."),
    "too_little_cash": _("The customer handed over less than is paid."),
    "slip_missing": _("The number of the slip or cheque is missing."),
    "slip_known": _("A slip of this number is entered already."),
    "bank_missing": _("The bank of the cheque is missing."),
    "reason_missing": _("Give a reason."),
    "not_of_this_shift": _("The payment was not taken in this shift; ask for its reversal instead."),
    "returned_already": _("It was given back already."),
    "no_open_shift": _("You have no open shift; ask for the reversal instead."),
    "counted_already": _("The shift is counted already."),
    "face_unknown": _("One of the faces is not counted on that day."),
    "count_unreadable": _("How many pieces there are is a whole number."),
    "difference_unexplained": _("The count differs from the books: count again, or explain the difference."),
    "nothing_waits": _("Nothing waits for a decision here any more."),
    "difference_undecided": _("The difference is not decided yet."),
    "more_than_there_is": _("So much cash is not there beyond the float."),
    "day_wrong": _("The day lies before the shift or in the future."),
    "account_missing": _("Choose the account that the money was meant for."),
    "no_cheque": _("It was not paid by cheque."),
    "cheque_honoured": _("The bank credited the cheque: the money goes back as a refund."),
    "terminal_missing": _("Choose the card terminal."),
    "terminal_unknown": _("No such card terminal is in use at this counter."),
    "notice_missing": _("The number of the bank's notice is missing."),
    "asked_already": _("Somebody asked for it already."),
    "decided_already": _("It was decided already."),
    "reversed_already": _("It was reversed already."),
    "in_suspense": _("It is in suspense; give it to an account instead."),
    "same_account": _("It stands on that account already."),
    "not_in_suspense": _("It is not in suspense any more."),
    "prepayment_spent": _("The prepayment that it filled was paid out meanwhile."),
    "asked_by_another": _("Only who asked may take it back."),
    "no_open_drawer": _("Cash leaves the drawer of who asked; that person has no open shift at the unit."),
}

register_states(
    "payment",
    {
        "SETTLED": ("ok", pgettext_lazy("payment", "Booked")),
        "SUSPENSE": ("warn", pgettext_lazy("payment", "In suspense")),
        "REVERSED": ("bad", pgettext_lazy("payment", "Reversed")),
    },
)
register_states(
    "payment.change",
    {
        ChangeState.ASKED.value: ("warn", _("Waits for a second person")),
        ChangeState.APPROVED.value: ("ok", _("Approved")),
        ChangeState.REFUSED.value: ("bad", _("Refused")),
        ChangeState.WITHDRAWN.value: ("idle", _("Taken back")),
    },
)


def explain_refusal(error: DomainError) -> str:
    """Return a refusal of the counter or of payments in the reader's words."""
    reason = REASONS.get(str(error.facts.get("reason", "")))
    return str(reason) if reason is not None else explain(error)
