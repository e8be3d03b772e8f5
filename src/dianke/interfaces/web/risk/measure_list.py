"""Measures against risk as a list of work: proposed, accepted, done, and what came."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dianke.application import risk
from dianke.application.listings import accounts as listings
from dianke.domain.collection.queries import risk as queries
from dianke.domain.collection.types import RiskMeasureState
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.filters import ChoiceFilter, DateRangeFilter, UnitFilter
from dianke.interfaces.web.components.lists import Column, ListSpec, register
from dianke.interfaces.web.components.page import Crumb
from dianke.interfaces.web.components.row_addresses import address_row
from dianke.interfaces.web.components.states import state_chip
from dianke.interfaces.web.risk import words
from dianke.interfaces.web.risk.watch_list import draw_grade
from dianke.kernel.money import fen_to_yuan
from dianke.platform.identity.types import Actor

_CUSTOMERS = 200


def _search(actor: Actor, rows: QuerySet[Any], text: str) -> tuple[QuerySet[Any], bool]:
    found = listings.find_account_ids(actor=actor, text=text, limit=_CUSTOMERS)
    return rows.filter(account_id__in=found), len(found) >= _CUSTOMERS


MEASURES = register(
    ListSpec(
        name="collection.risk_measures",
        title=_("Measures against risk"),
        url_name="web:risk_measures",
        right=risk.VIEW,
        crumbs=[Crumb(_("Collection of debts"))],
        rows=lambda actor: queries.filter_measures(actor=actor),
        row_url=lambda one: address_row("web:risk_measure", one.pk),
        sort="-proposed",
        columns=[
            Column("number", pgettext_lazy("risk", "Measure"), lambda one: one.number, css="n", width=14),
            Column("state", _("State"), lambda one: state_chip("collection.risk_measure", one.state)),
            Column("kind", _("Kind"), lambda one: words.MEASURES[one.kind], css="nw", width=24),
            Column("account", _("Account"), lambda one: one.account.number, css="n", width=14),
            Column("name", pgettext_lazy("customer", "Name"), lambda one: one.account.customer.name, width=28),
            Column("grade", pgettext_lazy("risk", "Grade"), lambda one: draw_grade(one.grade)),
            Column(
                "loss",
                _("Expected loss (yuan)"),
                lambda one: fen_to_yuan(one.expected_loss_fen),
                show=lambda one: formats.fen(one.expected_loss_fen),
                css="num",
            ),
            Column(
                "proposed", _("Proposed at"), lambda one: one.proposed_at, order=("proposed_at",), css="n", width=18
            ),
            Column("outcome", _("Outcome"), lambda one: words.OUTCOMES.get(one.outcome), css="nw"),
            Column("unit", _("Unit"), lambda one: one.unit.name, css="nw", is_shown=False, width=18),
        ],
        filters=[
            ChoiceFilter(
                "state",
                _("State"),
                [(one.value, state_chip("collection.risk_measure", one.value).label) for one in RiskMeasureState],
            ),
            ChoiceFilter("kind", _("Kind"), list(words.MEASURES.items())),
            ChoiceFilter("outcome", _("Outcome"), list(words.OUTCOMES.items())),
            ChoiceFilter("grade", pgettext_lazy("risk", "Grade"), [(one, one) for one in words.GRADES]),
            DateRangeFilter("proposed", _("Proposed at"), lookup="proposed_at__date"),
            UnitFilter(),
        ],
        search=_search,
        search_hint=_("Name, pinyin, account, meter, address"),
        count=lambda count: _now("%(count)s measures") % {"count": count},
        empty_title=_("No measure yet"),
        empty_text=_("The weekly run proposes measures for accounts of high risk; homes are only ever reminded."),
        empty_found_title=_("No measure fits"),
        empty_found_text=_("Take a filter out to see more."),
        help=[
            _("A run proposes, a person accepts or refuses with a reason, and who did it says how."),
            _("When the three cycles are over, what came of the account is recorded, whatever was decided."),
        ],
        brief=("state", "name", "kind", "loss"),
        export_name="risk-measures",
    )
)
