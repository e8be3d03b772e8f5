"""What agreements on instalments, staged settlement and guarantees are called."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dianke.domain.receivables.types import (
    AgreementState,
    FeesAfterBreak,
    FeesMeanwhile,
    GuaranteeKind,
    GuaranteeState,
    StageBasis,
    StagedTermsState,
)
from dianke.interfaces.web.components.page import Text
from dianke.interfaces.web.components.states import register_states

LEVELS: dict[str, Text] = {"SECTION": _("Supervisor of accounting or collection"), "UTILITY": _("Head of marketing")}
MEANWHILE: dict[str, Text] = {
    FeesMeanwhile.FROZEN.value: _("rest while the agreement is kept"),
    FeesMeanwhile.RUNNING.value: _("run on, to be paid beside the instalments"),
}
AFTER_BREAK: dict[str, Text] = {
    FeesAfterBreak.FROM_START.value: _("for all days, as if nothing had been agreed"),
    FeesAfterBreak.FROM_BREAK.value: _("from the day after the break"),
}
GUARANTEE_KINDS: dict[str, Text] = {
    GuaranteeKind.THIRD_PARTY.value: _("Guarantee of a third party"),
    GuaranteeKind.BANK.value: _("Bank guarantee"),
}
BASES: dict[str, Text] = {
    StageBasis.LAST_BILL.value: _("the last month billed"),
    StageBasis.AVERAGE_3.value: _("the average of the last three months billed"),
    StageBasis.AGREED.value: _("an agreed amount a month"),
}
CHANGES: dict[str, Text] = {
    GuaranteeState.RELEASED.value: _("Release the guarantee"),
    GuaranteeState.CALLED.value: _("Call the guarantee"),
}

# What rules refuse with: `explain` looks it up in the catalogue, which must know it from somewhere.
REASONS: tuple[Text, ...] = (
    _("each instalment must fall due after the one before"),
    _("every instalment must be above nothing"),
    _("give days of the month in their order, each once"),
    _("give the amount that was agreed on"),
    _("guarantor and number of the paper are needed"),
    _("terms begin this month or later"),
    _("the amount must be above nothing"),
    _("the coefficient is outside the limits"),
    _("the first instalment falls due too late or in the past"),
    _("the instalments do not add up to the debt"),
    _("the last instalment falls due too late"),
    _("the number of instalments is outside the limits"),
    _("the paper that says so is needed"),
    _("there are too many stages in a month"),
    _("they end before they begin"),
    _("this paper of the guarantor is known already"),
)

register_states(
    "agreement",
    {
        AgreementState.PROPOSED.value: ("warn", _("Waits for a second person")),
        AgreementState.IN_FORCE.value: ("run", pgettext_lazy("agreement", "In force")),
        AgreementState.REFUSED.value: ("bad", _("Refused")),
        AgreementState.WITHDRAWN.value: ("idle", _("Taken back")),
        AgreementState.SETTLED.value: ("ok", pgettext_lazy("agreement", "Kept and settled")),
        AgreementState.BROKEN.value: ("bad", pgettext_lazy("agreement", "Broken")),
        AgreementState.ENDED.value: ("idle", pgettext_lazy("agreement", "Ended early")),
        "LATE": ("bad", pgettext_lazy("agreement", "Instalment late")),
    },
)
register_states(
    "instalment",
    {
        "PAID": ("ok", pgettext_lazy("instalment", "Paid")),
        "PART": ("warn", pgettext_lazy("instalment", "Paid in part")),
        "LATE": ("bad", pgettext_lazy("instalment", "Late")),
        "SOON": ("warn", pgettext_lazy("instalment", "Due soon")),
        "OPEN": ("idle", pgettext_lazy("instalment", "To come")),
    },
)
register_states(
    "stage",
    {
        "BILLED": ("idle", pgettext_lazy("stage", "Month billed")),
        "PAID": ("ok", pgettext_lazy("stage", "Paid in advance")),
        "PART": ("warn", pgettext_lazy("stage", "Paid in part")),
        "LATE": ("bad", pgettext_lazy("stage", "Late")),
        "OPEN": ("run", pgettext_lazy("stage", "To come")),
    },
)
register_states(
    "staged_terms",
    {
        StagedTermsState.PROPOSED.value: ("warn", _("Waits for a second person")),
        StagedTermsState.APPROVED.value: ("ok", _("Approved")),
        StagedTermsState.REFUSED.value: ("bad", _("Refused")),
        StagedTermsState.WITHDRAWN.value: ("idle", _("Taken back")),
        "IN_FORCE": ("ok", pgettext_lazy("terms", "In force")),
        "OVER": ("idle", pgettext_lazy("terms", "Over")),
    },
)
register_states(
    "guarantee",
    {
        GuaranteeState.HELD.value: ("ok", pgettext_lazy("guarantee", "Held")),
        GuaranteeState.RELEASED.value: ("idle", pgettext_lazy("guarantee", "Released")),
        GuaranteeState.CALLED.value: ("run", pgettext_lazy("guarantee", "Called")),
        "SOON": ("warn", pgettext_lazy("guarantee", "Ends soon")),
        "OVER": ("bad", pgettext_lazy("guarantee", "Over")),
        "ASKED": ("warn", _("Waits for a second person")),
    },
)
