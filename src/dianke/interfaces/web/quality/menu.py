"""What archive quality brings to the menu and the home."""

from collections.abc import Sequence
from datetime import datetime, time

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from dianke.application.archive_quality import work
from dianke.domain.audits.models import QualityFinding
from dianke.domain.audits.queries import findings as queries
from dianke.interfaces.web.components.page import Text
from dianke.interfaces.web.navigation import MenuEntry, register
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.quality import words
from dianke.interfaces.web.shell.home import WorkItem, register_work
from dianke.kernel.clock import SHANGHAI
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


register_work(_list_work, right="quality.view")
