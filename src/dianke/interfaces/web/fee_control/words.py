"""What fee control calls things."""

from collections.abc import Iterable

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dianke.domain.fee_control.operations.orders import CutOffRefused
from dianke.domain.fee_control.types import (
    AgreementKind,
    Cause,
    ControlState,
    ExemptionKind,
    NoticeKind,
    OrderKind,
    OrderState,
    Outcome,
    ProposalState,
    Refusal,
    RuleCode,
    Way,
)
from dianke.interfaces.web.components.page import Text
from dianke.interfaces.web.components.states import register_states
from dianke.interfaces.web.shell.errors import explain as explain_by_code
from dianke.kernel.errors import DomainError

AGREEMENT_KINDS: dict[str, Text] = {
    AgreementKind.PREPAID.value: pgettext_lazy("fee control", "Prepaid"),
    AgreementKind.POSTPAID_CONTROLLED.value: pgettext_lazy("fee control", "Postpaid under control"),
}
EXEMPTION_KINDS: dict[str, Text] = {
    ExemptionKind.MEDICAL.value: pgettext_lazy("exemption", "Medical need"),
    ExemptionKind.HARDSHIP.value: pgettext_lazy("exemption", "Hardship"),
    ExemptionKind.PUBLIC_SERVICE.value: pgettext_lazy("exemption", "Public service"),
    ExemptionKind.SAFETY.value: pgettext_lazy("exemption", "Safety of people or plant"),
    ExemptionKind.OTHER.value: pgettext_lazy("exemption", "Other"),
}
CAUSES: dict[str, Text] = {
    Cause.BALANCE.value: pgettext_lazy("fee control", "Balance used up"),
    Cause.OVERDUE.value: pgettext_lazy("fee control", "Overdue debt"),
}
ORDER_KINDS: dict[str, Text] = {
    OrderKind.DISCONNECTION.value: pgettext_lazy("supply order", "Disconnection"),
    OrderKind.RECONNECTION.value: pgettext_lazy("supply order", "Reconnection"),
}
WAYS: dict[str, Text] = {
    Way.REMOTE.value: pgettext_lazy("supply order", "By the head-end"),
    Way.MANUAL.value: pgettext_lazy("supply order", "By hand"),
}
NOTICES: dict[str, Text] = {
    NoticeKind.NOTICE.value: pgettext_lazy("control notice", "Reminder of the balance"),
    NoticeKind.WARNING.value: pgettext_lazy("control notice", "Warning of disconnection"),
    NoticeKind.WRITTEN.value: pgettext_lazy("control notice", "Notice on paper"),
    NoticeKind.LAST_HOUR.value: pgettext_lazy("control notice", "Last word before the cut"),
    NoticeKind.DISCONNECTED.value: pgettext_lazy("control notice", "Told of the cut"),
    NoticeKind.RECONNECTED.value: pgettext_lazy("control notice", "Told of supply"),
}
OUTCOMES: dict[str, Text] = {
    Outcome.DONE.value: pgettext_lazy("meter command", "Carried out"),
    Outcome.REFUSED.value: pgettext_lazy("meter command", "Refused by the meter"),
    Outcome.UNREACHED.value: pgettext_lazy("meter command", "Meter not reached"),
}
EVENTS: dict[str, Text] = {
    "PROPOSED": pgettext_lazy("supply order", "Proposed"),
    "APPROVED": pgettext_lazy("supply order", "Approved"),
    "RELEASED": pgettext_lazy("supply order", "Released for execution"),
    "LAST_HOUR": pgettext_lazy("control notice", "Last word before the cut"),
    "COMMAND": pgettext_lazy("supply order", "Command handed over"),
    "DONE": pgettext_lazy("supply order", "Carried out"),
    "FAILED": pgettext_lazy("supply order", "Failed"),
    "WITHDRAWN": pgettext_lazy("supply order", "Taken back"),
    "REFUSED": pgettext_lazy("supply order", "Refused"),
    "UNREACHED": pgettext_lazy("meter command", "Meter not reached"),
}
# Reasons that the machine writes.
REASONS: dict[str, Text] = {
    "paid": pgettext_lazy("supply order", "paid"),
    "payment reversed": pgettext_lazy("supply order", "the payment was reversed"),
    "no answer": pgettext_lazy("supply order", "the meter did not answer"),
    "lost": pgettext_lazy("supply order", "the answer was lost"),
    "carried out": pgettext_lazy("supply order", "carried out"),
    "the meter has no address": pgettext_lazy("supply order", "the meter has no address"),
}
RULES: dict[str, Text] = {
    RuleCode.NOT_BELOW_STOP.value: _("the balance is not below the limit of the agreement"),
    RuleCode.NOT_OVERDUE_LONG_ENOUGH.value: _("the debt is not overdue for long enough"),
    RuleCode.NOTICE_MISSING.value: _("no notice or warning has reached the customer"),
    RuleCode.NOTICE_TOO_SHORT.value: _("the notice is not old enough"),
    RuleCode.LAST_HOUR_MISSING.value: _("the customer was not told once more today"),
    RuleCode.LAST_HOUR_TOO_SHORT.value: _("the last word is not an hour old"),
    RuleCode.HOLIDAY.value: _("nobody works on that day"),
    RuleCode.EVE_OF_HOLIDAY.value: _("it is the eve of a day nobody works"),
    RuleCode.OUTSIDE_HOURS.value: _("it is outside the hours in which supply may be cut"),
    RuleCode.CALENDAR_NOT_LOADED.value: _("the holidays of the year are not loaded"),
    RuleCode.EXEMPT.value: _("the account is exempt"),
    RuleCode.VULNERABLE.value: _("the household is protected"),
    RuleCode.IMPORTANT.value: _("an important user needs the special approval"),
    RuleCode.PAUSED.value: _("a dispute or an agreement on payment pauses it"),
    RuleCode.ESTIMATE_TOO_OLD.value: _("the readings are too old"),
    RuleCode.PAID.value: _("nothing is overdue any more"),
}
ARTICLES: dict[str, Text] = {
    "policy of the utility": _("policy of the utility"),
    "the agreement of fee control": _("the agreement of fee control"),
}

register_states(
    "fee_control.account",
    {
        ControlState.NORMAL.value: ("ok", pgettext_lazy("fee control", "Enough")),
        ControlState.NOTICE.value: ("run", pgettext_lazy("fee control", "Reminded")),
        ControlState.WARNED.value: ("warn", pgettext_lazy("fee control", "Warned")),
        ControlState.TO_DISCONNECT.value: ("bad", pgettext_lazy("fee control", "To be cut off")),
        ControlState.DISCONNECTED.value: ("bad", pgettext_lazy("fee control", "Cut off")),
        ControlState.TO_RECONNECT.value: ("warn", pgettext_lazy("fee control", "To be restored")),
    },
)
register_states(
    "fee_control.order",
    {
        OrderState.PROPOSED.value: ("warn", pgettext_lazy("supply order", "Waits for approval")),
        OrderState.APPROVED.value: ("run", pgettext_lazy("supply order", "Waits for an operator")),
        OrderState.RELEASED.value: ("run", pgettext_lazy("supply order", "On its way")),
        OrderState.EXECUTING.value: ("run", pgettext_lazy("supply order", "Meter is told")),
        OrderState.DONE.value: ("ok", pgettext_lazy("supply order", "Carried out")),
        OrderState.FAILED.value: ("bad", pgettext_lazy("supply order", "Failed")),
        OrderState.WITHDRAWN.value: ("idle", pgettext_lazy("supply order", "Taken back")),
        OrderState.REFUSED.value: ("idle", pgettext_lazy("supply order", "Refused")),
    },
)
register_states(
    "fee_control.proposal",
    {
        ProposalState.PROPOSED.value: ("warn", pgettext_lazy("fee control", "Waits for a second person")),
        ProposalState.APPROVED.value: ("ok", pgettext_lazy("fee control", "In force")),
        ProposalState.REFUSED.value: ("idle", pgettext_lazy("fee control", "Refused")),
        ProposalState.WITHDRAWN.value: ("idle", pgettext_lazy("fee control", "Taken back")),
    },
)


def describe_refusals(found: Iterable[Refusal]) -> list[str]:
    """Return the rules that stand in the way in words, each with the text behind it."""
    return [
        _now("%(rule)s (%(article)s)")
        % {"rule": RULES[one.rule.value], "article": ARTICLES.get(one.article, one.article)}
        for one in found
    ]


def explain(error: DomainError) -> str:
    """Return a refusal in the reader's language; what stands in the way of a cut is named rule by rule."""
    if isinstance(error, CutOffRefused):
        rules = _now("; ").join(describe_refusals(error.facts["refusals"]))
        return _now("Account %(account)s may not be cut off: %(rules)s.") % {
            "account": error.facts["account"],
            "rules": rules,
        }
    return explain_by_code(error)
