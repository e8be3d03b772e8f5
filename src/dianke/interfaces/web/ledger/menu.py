"""What the books bring to the menu, the home and the search box."""

from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

import dianke.interfaces.web.ledger.words  # noqa: F401 - enters the states
from dianke.application import ledger
from dianke.domain.receivables.queries import chart, periods
from dianke.domain.receivables.types import AccountState, ReopeningState
from dianke.interfaces.web.navigation import MenuEntry, register
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.shell.home import WorkItem, register_work
from dianke.interfaces.web.shell.search import Act, register_acts
from dianke.platform.identity.types import Actor

register(
    MenuEntry(
        group="receivables", label=_("Trial balance"), url_name="web:ledger_balance", right=ledger.VIEW, order=10
    ),
    MenuEntry(
        group="receivables",
        label=_("Receivable report"),
        url_name="web:ledger_receivables",
        right=ledger.VIEW,
        order=20,
    ),
    MenuEntry(group="receivables", label=_("Fund report"), url_name="web:ledger_funds", right=ledger.VIEW, order=30),
    MenuEntry(group="receivables", label=_("Vouchers"), url_name="web:ledger_vouchers", right=ledger.VIEW, order=40),
    MenuEntry(group="receivables", label=_("Postings"), url_name="web:ledger_postings", right=ledger.VIEW, order=50),
    MenuEntry(group="receivables", label=_("Closing"), url_name="web:ledger_closing", right=ledger.VIEW, order=60),
    MenuEntry(
        group="receivables", label=_("Chart of accounts"), url_name="web:ledger_accounts", right=ledger.VIEW, order=70
    ),
)
register_acts(
    Act(_("Close a day of the books"), "web:ledger_closing", right=ledger.KEEP, words="日结 月结 关账 close day"),
    Act(_("Add an account"), "web:ledger_propose_account", right=ledger.KEEP, words="会计科目 新增科目 account"),
)


def _list_work(actor: Actor, at: datetime) -> Sequence[WorkItem]:
    wishes = list(
        periods.filter_reopenings(actor=actor).filter(state=ReopeningState.ASKED.value).order_by("asked_at", "id")
    )
    accounts = list(chart.filter_accounts(actor=actor).filter(state=AccountState.PROPOSED.value).order_by("code"))
    names = Names([*(one.asked_by for one in wishes), *(one.proposed_by for one in accounts)])
    items = [
        WorkItem(
            kind=_("To be reopened"),
            number=str(one.period),
            title=one.reason,
            url=f"{reverse('web:ledger_closing')}?month={one.period.start_date:%Y-%m}",
            source=names.of(one.asked_by),
        )
        for one in wishes
        if one.asked_by != actor.login
    ]
    return items + [
        WorkItem(
            kind=_("Account to be approved"),
            number=one.code,
            title=one.name,
            url=reverse("web:ledger_accounts"),
            quantity=_now("unit %(unit)s") % {"unit": one.unit.name},
            source=names.of(one.proposed_by),
        )
        for one in accounts
        if one.proposed_by != actor.login
    ]


register_work(_list_work, right=ledger.APPROVE)
