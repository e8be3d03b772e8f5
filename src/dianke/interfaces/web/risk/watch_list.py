"""The watch list: accounts that may pay late, as of the last run."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dianke.application import risk
from dianke.application.listings import accounts as listings
from dianke.domain.collection.queries import risk as queries
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.filters import ChoiceFilter, UnitFilter
from dianke.interfaces.web.components.lists import Column, ListSpec, register
from dianke.interfaces.web.components.page import Chip, Crumb
from dianke.interfaces.web.components.row_addresses import address_row
from dianke.interfaces.web.risk import words
from dianke.kernel.money import fen_to_yuan
from dianke.platform.identity.types import Actor

_CUSTOMERS = 200
_LOSSES = (("10000", "1000000"), ("1000", "100000"), ("100", "10000"))
_SYSTEM = Actor.system("telling which accounts have a measure, narrowed by the list")


def draw_grade(grade: str) -> Chip:
    """Return the chip of a grade."""
    return Chip(words.GRADE_CHIPS.get(grade, "idle"), grade)


def _search(actor: Actor, rows: QuerySet[Any], text: str) -> tuple[QuerySet[Any], bool]:
    found = listings.find_account_ids(actor=actor, text=text, limit=_CUSTOMERS)
    return rows.filter(account_id__in=found), len(found) >= _CUSTOMERS


def _narrow_measure(rows: QuerySet[Any], kind: str) -> QuerySet[Any]:
    living = queries.filter_living(actor=_SYSTEM).filter(account_id=OuterRef("account_id"))
    return rows.filter(Exists(living.filter(kind=kind))) if kind != "NONE" else rows.exclude(Exists(living))


def _narrow_loss(rows: QuerySet[Any], least_fen: str) -> QuerySet[Any]:
    return rows.filter(expected_loss_fen__gte=int(least_fen))


def _enrich(actor: Actor, rows: Sequence[Any]) -> None:
    living = queries.map_living_measures(actor=actor, account_ids=[one.account_id for one in rows])
    for one in rows:
        one.measures = [str(words.MEASURES[kind]) for kind in living.get(one.account_id, [])]


def _draw_measures(one: Any) -> str:
    if len(one.measures) < 2:
        return "".join(one.measures) or formats.NONE
    return _now("%(first)s and %(count)s more") % {"first": one.measures[0], "count": len(one.measures) - 1}


WATCHED = register(
    ListSpec(
        name="collection.risk",
        title=_("Watch list of risk"),
        url_name="web:risk",
        right=risk.VIEW,
        crumbs=[Crumb(_("Collection of debts"))],
        rows=lambda actor: queries.filter_watched(actor=actor),
        row_url=lambda one: address_row("web:risk_account", one.account.number),
        sort="-loss",
        columns=[
            Column("account", _("Account"), lambda one: one.account.number, css="n", width=14),
            Column("grade", pgettext_lazy("risk", "Grade"), lambda one: draw_grade(one.grade)),
            Column(
                "name", pgettext_lazy("customer", "Name"), lambda one: one.account.customer.name, css="nw", width=28
            ),
            Column(
                "score",
                pgettext_lazy("risk", "Score"),
                lambda one: Decimal(one.score_e2).scaleb(-2),
                show=lambda one: formats.number(words.scale(one.score_e2, 2), 1),
                css="num",
            ),
            Column(
                "probability",
                _("Late within three cycles"),
                lambda one: Decimal(one.probability_e6).scaleb(-6),
                show=lambda one: formats.percent(words.scale(one.probability_e6, 6)),
                css="num",
            ),
            Column(
                "overdue",
                _("Overdue (yuan)"),
                lambda one: fen_to_yuan(one.overdue_fen),
                show=lambda one: formats.fen(one.overdue_fen),
                css="num",
                is_shown=False,
            ),
            Column(
                "exposure",
                _("Exposure (yuan)"),
                lambda one: fen_to_yuan(one.exposure_fen),
                show=lambda one: formats.fen(one.exposure_fen),
                css="num",
                is_shown=False,
            ),
            Column(
                "loss",
                _("Expected loss (yuan)"),
                lambda one: fen_to_yuan(one.expected_loss_fen),
                show=lambda one: formats.fen(one.expected_loss_fen),
                order=("expected_loss_fen",),
                css="num",
            ),
            Column("reasons", _("Reasons"), lambda one: words.write_reasons(one.reasons), css="long", width=60),
            Column(
                "measures",
                _("Measures"),
                lambda one: "、".join(one.measures) or None,
                show=_draw_measures,
                css="nw",
                width=24,
            ),
            Column("unit", _("Unit"), lambda one: one.unit.name, css="nw", is_shown=False, width=18),
        ],
        filters=[
            ChoiceFilter("grade", pgettext_lazy("risk", "Grade"), [(one, one) for one in words.GRADES], lookup="grade"),
            ChoiceFilter(
                "measure",
                _("Measures"),
                [*words.MEASURES.items(), ("NONE", pgettext_lazy("risk", "none"))],
                apply=_narrow_measure,
            ),
            ChoiceFilter(
                "loss",
                _("Expected loss from"),
                [(fen, _("%(yuan)s yuan") % {"yuan": yuan}) for yuan, fen in _LOSSES],
                apply=_narrow_loss,
            ),
            UnitFilter(),
        ],
        search=_search,
        search_hint=_("Name, pinyin, account, meter, address"),
        enrich=_enrich,
        count=lambda count: _now("%(count)s accounts") % {"count": count},
        empty_title=_("Nobody is watched"),
        empty_text=_(
            "Every Monday all accounts are scored; those of grade C or D and those with much to lose stand here."
        ),
        empty_found_title=_("No account fits"),
        empty_found_text=_("Take a filter out to see more."),
        help=[
            _("As of the last weekly run. The score is of the risk of late payment; it is not the credit grade."),
            _("Probability: that a bill of the next three cycles is paid more than thirty days late, or not at all."),
        ],
        brief=("grade", "name", "loss", "probability"),
        export_name="risk",
    )
)
