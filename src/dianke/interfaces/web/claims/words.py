"""What claims and terms of payment are called."""

from decimal import Decimal

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dianke.domain.billing.types import AllocationOrder, DueRuleKind, TermsState
from dianke.domain.receivables.types import ClaimKind, ClaimState
from dianke.interfaces.web.components.page import Text
from dianke.interfaces.web.components.states import register_states
from dianke.interfaces.web.shell.errors import explain
from dianke.kernel.errors import DomainError

KINDS: dict[str, Text] = {
    ClaimKind.LATE_FEE_WAIVER.value: _("Waiver of late fees"),
    ClaimKind.REFUND.value: _("Refund of a prepayment"),
    ClaimKind.DEPOSIT_TAKEN.value: _("Deposit taken"),
    ClaimKind.DEPOSIT_USE.value: _("Deposit used for debts"),
    ClaimKind.DEPOSIT_RETURN.value: _("Deposit given back"),
}
MONEY_KINDS = {key: word for key, word in KINDS.items() if key != ClaimKind.LATE_FEE_WAIVER.value}
CONSEQUENCES: dict[str, Text] = {
    ClaimKind.LATE_FEE_WAIVER.value: _("What of the fees is in the books is taken out by red entries; the rest is "
                                       "never booked. Fees of later days run on."),
    ClaimKind.REFUND.value: _("The prepayment becomes a refund to be paid, until the bank has paid it."),
    ClaimKind.DEPOSIT_TAKEN.value: _("The money that came to the bank is held as the deposit of the account."),
    ClaimKind.DEPOSIT_USE.value: _("The deposit becomes a prepayment and settles the debts of the account at once."),
    ClaimKind.DEPOSIT_RETURN.value: _("The deposit becomes a refund to be paid, until the bank has paid it."),
}  # fmt: skip
LEVELS: dict[str, Text] = {"SECTION": _("Accounting supervisor"), "UTILITY": _("Head of marketing")}
DUE_RULES: dict[str, Text] = {
    DueRuleKind.DAYS_AFTER_ISSUE.value: _("Days after issue"),
    DueRuleKind.DAY_OF_MONTH.value: _("Day of the month"),
}
ORDERS: dict[str, Text] = {
    AllocationOrder.LATE_FEE_FIRST.value: _("Late fee first"),
    AllocationOrder.PRINCIPAL_FIRST.value: _("Principal first"),
}
REASONS: dict[str, Text] = {
    "reason_missing": _("Give a reason."),
    "nothing_entered": _("Enter an amount above nothing."),
    "more_than_late_fee": _("That is more than the late fee of a bill, or somebody asks to waive it already."),
    "more_than_prepaid": _("That is more than the prepayment, or somebody asks for it already."),
    "more_than_deposit": _("That is more than the deposit, or somebody asks for it already."),
    "reference_missing": _("Give the number that the bank knows the money by."),
    "reference_known": _("Money was entered under this number of the bank already."),
    "decided_already": _("It was decided already."),
    "asked_by_another": _("Only who asked may take it back."),
    "nothing_to_pay_out": _("Nothing of it is paid out."),
    "day_outside": _("The day lies between the approval and today; a day of the month is 1 to 31."),
    "days_outside": _("Between 5 and 60 days after issue can be agreed."),
    "a reason is needed": _("Give a reason."),
    "a refusal says why": _("Give a reason."),
    "a proposal waits for a decision": _("A proposal waits for a decision already."),
    "later terms are agreed already": _("Later terms are agreed already."),
    "the day has passed": _("The day has passed; terms begin today or later."),
    "it ends before it begins": _("It must end after its first day."),
    "a rate stands in a contract": _("Name the contract that fixes the rate."),
    "it is decided already": _("It was decided already."),
    "only who proposed it takes it back": _("Only who asked may take it back."),
}

register_states(
    "claim",
    {
        ClaimState.ASKED.value: ("warn", _("Waits for a second person")),
        ClaimState.APPROVED.value: ("ok", _("Approved")),
        "TO_BE_PAID": ("run", _("Approved, to be paid out")),
        ClaimState.PAID.value: ("ok", _("Paid out")),
        ClaimState.REFUSED.value: ("bad", _("Refused")),
        ClaimState.WITHDRAWN.value: ("idle", _("Taken back")),
    },
)
register_states(
    "account_terms",
    {
        TermsState.PROPOSED.value: ("warn", _("Waits for a second person")),
        TermsState.APPROVED.value: ("ok", _("Approved")),
        TermsState.REFUSED.value: ("bad", _("Refused")),
        TermsState.WITHDRAWN.value: ("idle", _("Taken back")),
        "IN_FORCE": ("ok", pgettext_lazy("terms", "In force")),
        "OVER": ("idle", pgettext_lazy("terms", "Over")),
    },
)


def explain_refusal(error: DomainError) -> str:
    """Return a refusal in the reader's words."""
    reason = REASONS.get(str(error.facts.get("reason", "")))
    return str(reason) if reason is not None else str(explain(error))


def describe_due_rule(kind: str, value: int | None) -> str:
    """Return when bills fall due, in words."""
    if kind == DueRuleKind.DAYS_AFTER_ISSUE.value:
        return _now("%(days)s days after issue") % {"days": value}
    if kind == DueRuleKind.DAY_OF_MONTH.value:
        return _now("the %(day)s. of the month, five days after issue at least") % {"day": value}
    return _now("as the house sets it")


def describe_rate(rate: Decimal | None) -> str:
    """Return a daily rate in thousandths, in words."""
    if rate is None:
        return _now("by the rules")
    return _now("%(rate)s ‰ a day") % {"rate": f"{(rate * 1000).normalize():f}"}
