"""What pages of collective payers call things."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dianke.domain.receivables.types import PayerChangeKind, SpreadRule
from dianke.interfaces.web.components.page import Text
from dianke.interfaces.web.components.states import register_states
from dianke.interfaces.web.payments.words import explain_refusal
from dianke.kernel.errors import DomainError

KINDS: Mapping[str, Text] = {
    PayerChangeKind.NEW.value: pgettext_lazy("payer", "New collective payer"),
    PayerChangeKind.JOIN.value: pgettext_lazy("payer", "Takes on accounts"),
    PayerChangeKind.LEAVE.value: pgettext_lazy("payer", "Gives up accounts"),
    PayerChangeKind.END.value: pgettext_lazy("payer", "End of the collective payer"),
}
SPREADS: Mapping[str, Text] = {
    SpreadRule.OLDEST_FIRST.value: pgettext_lazy("spread", "Oldest bills first"),
    SpreadRule.BY_MEMBER.value: pgettext_lazy("spread", "Member by member"),
}
_REASONS: Mapping[str, Text] = {
    "nothing_entered": _("Number and name are needed."),
    "number_taken": _("Another collective payer has this number."),
    "own_account": _("It pays for its own account anyway; leave that out of the list."),
    "another_payer": _("Another collective payer pays for one of these accounts."),
    "member_already": _("It pays for one of these accounts already."),
    "not_a_member": _("It does not pay for one of these accounts, or only from that day on."),
    "no_accounts": _("Name the accounts."),
    "payer_ended": _("This collective payer has ended."),
    "joins_later": _("An account joins on that day or later; choose a later day."),
    "asked_already": _("Somebody asked for something of this payer already; that is decided first."),
}

register_states(
    "payer",
    {
        "ACTIVE": ("ok", pgettext_lazy("payer", "Pays")),
        "ENDED": ("idle", pgettext_lazy("payer", "Ended")),
    },
)
register_states(
    "payer.member",
    {
        "NOW": ("ok", pgettext_lazy("payer", "Is paid for")),
        "LATER": ("run", pgettext_lazy("payer", "From a later day")),
        "OVER": ("idle", pgettext_lazy("payer", "No more")),
    },
)


def explain(error: DomainError) -> str:
    """Return a refusal in the reader's words."""
    reason = _REASONS.get(str(error.facts.get("reason", "")))
    return str(reason) if reason is not None else explain_refusal(error)
