"""What collection calls things."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dianke.domain.collection.queries.ageing import CREDIT, OPEN, OVERDUE, AgeingBy
from dianke.domain.collection.types import PauseKind, PromiseState, StepKind, StepResult, StepState, WriteOffState
from dianke.interfaces.web.components.page import Text
from dianke.interfaces.web.components.states import register_states

BUCKETS: dict[str, Text] = {
    "NOT_DUE": _("Not due"),
    "D1_30": _("1–30 days"),
    "D31_60": _("31–60 days"),
    "D61_90": _("61–90 days"),
    "D91_180": _("91–180 days"),
    "D181_365": _("181–365 days"),
    "OVER_YEAR": _("Over a year"),
    CREDIT: pgettext_lazy("ageing", "Below zero"),
    OPEN: _("Open"),
    OVERDUE: _("Overdue"),
}
BY: dict[str, Text] = {
    AgeingBy.UNIT.value: _("Unit"),
    AgeingBy.CLASS.value: _("Class of use"),
    AgeingBy.COLLECTOR.value: _("Collector"),
}
KINDS: dict[str, Text] = {
    StepKind.SMS.value: _("SMS"),
    StepKind.EMAIL.value: _("E-mail"),
    StepKind.WECHAT.value: _("WeChat"),
    StepKind.LETTER.value: _("Letter"),
    StepKind.CALL.value: pgettext_lazy("dunning", "Call"),
    StepKind.VISIT.value: pgettext_lazy("dunning", "Visit"),
    StepKind.NOTICE.value: _("Notice of disconnection"),
    StepKind.LEGAL.value: _("Legal steps"),
}
RESULTS: dict[str, Text] = {
    StepResult.SENT.value: pgettext_lazy("dunning", "Handed over to be sent"),
    StepResult.DELIVERED.value: pgettext_lazy("dunning", "Handed over"),
    StepResult.REACHED.value: _("Reached"),
    StepResult.NOT_REACHED.value: _("Not reached"),
    StepResult.PROMISED.value: _("Promised to pay"),
    StepResult.DISPUTED.value: _("Disputes the bill"),
    StepResult.REFUSED.value: _("Refuses to pay"),
}
HOLDS: dict[str, Text] = {
    "vulnerable": _("the household is protected (low income, medical need)"),
    "important": _("an important user"),
    "no_address": _("nobody can be written to"),
    "consent_withdrawn": _("the customer took back their consent"),
    "to_be_released": _("waits for release"),
}
PAUSES: dict[str, Text] = {
    PauseKind.DISPUTE.value: pgettext_lazy("dunning", "Dispute"),
    PauseKind.AGREEMENT.value: _("Agreement that is kept"),
    PauseKind.OTHER.value: pgettext_lazy("dunning", "Other"),
}
WRITE_OFF_KINDS: dict[str, Text] = {
    "BANKRUPT": _("Bankrupt"),
    "DECEASED": _("Deceased without estate"),
    "CLOSED": _("Account closed, customer gone"),
    "OVER_YEARS": _("Overdue for more than three years"),
    "COURT": _("Ended by a court"),
}
LEVELS: dict[str, Text] = {"UNIT": _("supervisor of the unit"), "UTILITY": _("supervisor of the whole utility")}

register_states(
    "collection.step",
    {
        StepState.HELD.value: ("warn", pgettext_lazy("dunning", "Held for a person")),
        StepState.OPEN.value: ("run", pgettext_lazy("dunning", "To be done")),
        StepState.DONE.value: ("ok", pgettext_lazy("dunning", "Done")),
        StepState.CANCELLED.value: ("idle", pgettext_lazy("dunning", "Left out")),
    },
)
register_states(
    "collection.promise",
    {
        PromiseState.OPEN.value: ("run", pgettext_lazy("promise", "Runs")),
        PromiseState.KEPT.value: ("ok", pgettext_lazy("promise", "Kept")),
        PromiseState.BROKEN.value: ("bad", pgettext_lazy("promise", "Broken")),
    },
)
register_states(
    "collection.write_off",
    {
        WriteOffState.PROPOSED.value: ("warn", _("Waits for a second person")),
        WriteOffState.BOOKED.value: ("ok", pgettext_lazy("write-off", "Written off")),
        WriteOffState.REFUSED.value: ("bad", _("Refused")),
        WriteOffState.WITHDRAWN.value: ("idle", _("Taken back")),
    },
)
