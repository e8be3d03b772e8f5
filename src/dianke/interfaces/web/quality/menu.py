"""What archive quality brings to the menu and the home."""

from collections.abc import Sequence
from datetime import datetime, time

from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from dianke.application.archive_quality import work
from dianke.application.listings.customer_alarms import Alarm, AlarmKind
from dianke.domain.audits.models import QualityFinding
from dianke.domain.audits.queries import findings as queries
from dianke.domain.audits.types import Severity
from dianke.domain.customers.models import Customer
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.figures import Figure
from dianke.interfaces.web.components.page import Text
from dianke.interfaces.web.customers.account_alarms import AlarmLine, register_words
from dianke.interfaces.web.navigation import MenuEntry, register
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.quality import words
from dianke.interfaces.web.shell.home import WorkItem, register_figures, register_work
from dianke.kernel.clock import SHANGHAI, SystemClock
from dianke.platform.identity.types import Actor

_SHOWN = 20

register(
    MenuEntry(group="customers", label=_("Archive quality"), url_name="web:quality", right="quality.view", order=60)
)


def _list_work(actor: Actor, at: datetime) -> Sequence[WorkItem]:
    taken = queries.list_taken(actor=actor, limit=_SHOWN)
    asked = queries.list_asked(actor=actor, right=work.EXEMPT, limit=_SHOWN) if actor.may(work.EXEMPT) else []
    names = Names(finding.asked_by for finding in asked)
    items = [_item_of(finding, _("Fault of the archive")) for finding in taken]
    items += [_item_of(finding, _("Exemption to decide"), names.of(finding.asked_by)) for finding in asked]
    return items


def _item_of(finding: QualityFinding, kind: Text, source: str = "") -> WorkItem:
    return WorkItem(
        kind=kind,
        number=finding.subject_number,
        title=words.RULES.get(finding.rule, finding.rule),
        url=reverse("web:quality_finding", args=[finding.pk]),
        due_at=datetime.combine(finding.due_date, time(17, 30), tzinfo=SHANGHAI),
        source=source,
    )


def _list_figures(actor: Actor) -> Sequence[Figure]:
    unsettled = sum(row["n"] for row in queries.count_by_unit_and_rule(actor=actor))
    late = queries.count_late(actor=actor, on=SystemClock().now().date())
    context = _now("%(count)s overdue") % {"count": f"{late:,}"} if late else ""
    return [
        Figure(
            caption=_("Unsettled findings"),
            value=f"{unsettled:,}",
            context=context,
            url=reverse("web:quality_findings"),
        )
    ]


register_figures(_list_figures, right="quality.view")
register_work(_list_work, right="quality.view")


def _write_alarm(alarm: Alarm, customer: Customer) -> AlarmLine:
    fault = words.RULES.get(alarm.facts["rule"], alarm.facts["rule"])
    text = _now("Fault of the archive: %(fault)s, due on %(day)s") % {"fault": fault, "day": formats.day(alarm.on)}
    kind = "bad" if alarm.facts["severity"] == Severity.HIGH.value else "warn"
    return AlarmLine(kind, text, reverse("web:quality_finding", args=[alarm.key]))


register_words(AlarmKind.FINDING, _write_alarm)
