"""What codes of supply plans are called and how they look."""

from django.utils.translation import pgettext_lazy

from dianke.domain.service_orders.models import PlanState, SourceRole
from dianke.interfaces.web.components.page import Text
from dianke.interfaces.web.components.states import register_states

ROLES: dict[str, Text] = {
    SourceRole.MAIN.value: pgettext_lazy("source", "Main"),
    SourceRole.STANDBY.value: pgettext_lazy("source", "Standby"),
}
register_states(
    "supply_plan",
    {
        PlanState.DRAFT.value: ("run", pgettext_lazy("supply plan", "Draft")),
        PlanState.ANSWERED.value: ("warn", pgettext_lazy("supply plan", "Answered")),
        PlanState.AGREED.value: ("ok", pgettext_lazy("supply plan", "Agreed to")),
        PlanState.REPLACED.value: ("idle", pgettext_lazy("supply plan", "Replaced")),
    },
)
