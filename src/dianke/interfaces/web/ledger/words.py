"""What the books call things."""

from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from dianke.domain.receivables.models import LedgerAccount
from dianke.domain.receivables.types import AccountState, Category, PeriodKind, PeriodState, ReopeningState, VoucherKind
from dianke.interfaces.web.billing.words import USAGE_CLASSES
from dianke.interfaces.web.components.page import Text
from dianke.interfaces.web.components.states import register_states

KINDS: dict[str, Text] = {
    VoucherKind.BILL_ISSUE.value: _("Issue of bills"),
    VoucherKind.BILL_CORRECTION.value: pgettext_lazy("voucher", "Correction of bills"),
    VoucherKind.BACK_BILLING.value: _("Back-billing"),
    VoucherKind.PAYMENT.value: _("Payment"),
    VoucherKind.PAYMENT_ASSIGN.value: _("Payment assigned"),
    VoucherKind.PAYMENT_MOVE.value: _("Payment moved"),
    VoucherKind.PAYMENT_REVERSAL.value: _("Payment reversed"),
    VoucherKind.PREPAYMENT_USE.value: _("Prepayment used"),
    VoucherKind.BANK_ENTRY.value: _("Booking of the bank"),
    VoucherKind.SETTLEMENT.value: _("Settlement of a gateway or agent"),
    VoucherKind.CASH_COUNT.value: _("Cash over or short"),
    VoucherKind.CASH_DEPOSIT.value: _("Cash to the bank"),
    VoucherKind.WRITE_OFF.value: _("Write-off of bad debt"),
    VoucherKind.BAD_DEBT_RETURN.value: _("Bad debt returned"),
    VoucherKind.LATE_FEE_WAIVER.value: _("Waiver of late fees"),
    VoucherKind.BUSINESS_FEE.value: pgettext_lazy("voucher", "Fee for a connection"),
    VoucherKind.REFUND.value: _("Refund of a prepayment"),
    VoucherKind.REFUND_PAID.value: _("Refund paid out"),
    VoucherKind.DEPOSIT_TAKEN.value: _("Deposit taken"),
    VoucherKind.DEPOSIT_USE.value: _("Deposit used for debts"),
    VoucherKind.DEPOSIT_RETURN.value: _("Deposit given back"),
}

PERIOD_KINDS: dict[str, Text] = {
    PeriodKind.DAY.value: pgettext_lazy("books", "Day"),
    PeriodKind.MONTH.value: pgettext_lazy("books", "Month"),
}

CATEGORIES: dict[str, Text] = {
    Category.ASSET.value: _("Asset"),
    Category.LIABILITY.value: _("Liability"),
    Category.REVENUE.value: _("Revenue"),
    Category.EXPENSE.value: _("Expense"),
}

OBSTACLES: dict[str, Text] = {
    "not_over": _("The day or month is not over."),
    "month_closed": _("Its month is closed; reopen the month first."),
    "closed_already": _("It is closed already."),
    "days_open": _("Not all days of the month are closed."),
    "month_before_open": _("A month before it is still open."),
    "not_closed": _("It is not closed."),
    "later_month_closed": _("A later month is closed; months are reopened from the last one back."),
    "reason_missing": _("Give a reason."),
    "asked_already": _("Somebody asked for it already."),
    "decided_already": _("It was decided already."),
    "asked_by_another": _("Only who asked may take it back."),
    "code_unreadable": _("A code is four digits and up to five pairs after points, as 1122.01.01.01."),
    "level_unified": _("The first three levels are unified; units add levels four to six."),
    "too_deep": _("The chart has six levels."),
    "code_taken": _("The code is taken."),
    "parent_missing": _("The account above it is not in the chart."),
    "nothing_entered": _("Name and reason are needed."),
    "ends_too_early": _("It must end after its first day."),
}

register_states(
    "ledger.period",
    {
        PeriodState.CLOSED.value: ("ok", pgettext_lazy("books", "Closed")),
        PeriodState.REOPENED.value: ("warn", pgettext_lazy("books", "Reopened")),
        "OPEN": ("run", pgettext_lazy("books", "Open")),
    },
)
register_states(
    "ledger.reopening",
    {
        ReopeningState.ASKED.value: ("warn", _("Waits for a second person")),
        ReopeningState.APPROVED.value: ("ok", _("Approved")),
        ReopeningState.REFUSED.value: ("bad", _("Refused")),
        ReopeningState.WITHDRAWN.value: ("idle", _("Taken back")),
    },
)
register_states(
    "ledger.account",
    {
        AccountState.PROPOSED.value: ("warn", _("Waits for a second person")),
        AccountState.IN_USE.value: ("ok", _("In use")),
        AccountState.REFUSED.value: ("bad", _("Refused")),
    },
)


def name_account(account: LedgerAccount) -> str:
    """Return an account's name in the reader's language."""
    return account.name_en if account.name_en and get_language() == "en" else account.name


def name_class(code: str) -> Text:
    """Return what a class of use is called; nothing for what has none."""
    return USAGE_CLASSES.get(code, code)
