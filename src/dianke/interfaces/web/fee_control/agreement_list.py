"""Agreements of fee control as a list."""

from operator import attrgetter

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dianke.application import fee_control
from dianke.domain.fee_control.queries import agreements as queries
from dianke.domain.fee_control.types import ProposalState
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.filters import ChoiceFilter, DateRangeFilter, UnitFilter
from dianke.interfaces.web.components.lists import Column, ListSpec, register
from dianke.interfaces.web.components.page import Crumb, Text
from dianke.interfaces.web.components.row_addresses import address_row
from dianke.interfaces.web.components.states import state_chip
from dianke.interfaces.web.fee_control import words
from dianke.interfaces.web.fee_control.account_list import search_accounts
from dianke.kernel.money import fen_to_yuan


def _limit(name: str, label: Text) -> Column:
    read = attrgetter(f"{name}_fen")
    return Column(name, label, lambda one: fen_to_yuan(read(one)), show=lambda one: formats.fen(read(one)), css="num")


AGREEMENTS = register(
    ListSpec(
        name="fee_control.agreements",
        title=_("Agreements of fee control"),
        url_name="web:fee_control_agreements",
        right=fee_control.VIEW,
        crumbs=[Crumb(_("Fee control"))],
        rows=lambda actor: queries.filter_agreements(actor=actor),
        row_url=lambda one: address_row("web:fee_control_agreement", one.pk),
        sort="-number",
        columns=[
            Column(
                "number",
                pgettext_lazy("fee control", "Agreement"),
                lambda one: one.number,
                order=("id",),
                css="n",
                width=14,
            ),
            Column("state", _("State"), lambda one: state_chip("fee_control.proposal", one.state)),
            Column("kind", _("Kind"), lambda one: words.AGREEMENT_KINDS[one.kind], css="nw"),
            Column("account", _("Account"), lambda one: one.account.number, css="n", width=14),
            Column("name", pgettext_lazy("customer", "Name"), lambda one: one.account.customer.name, width=28),
            _limit("notice", _("Reminder below (yuan)")),
            _limit("warning", _("Warning below (yuan)")),
            _limit("stop", _("Cut below (yuan)")),
            Column("signed", _("Signed on"), lambda one: one.signed_on, css="n"),
            Column("unit", _("Unit"), lambda one: one.unit.name, css="nw", is_shown=False, width=18),
        ],
        filters=[
            ChoiceFilter(
                "state",
                _("State"),
                [(one.value, state_chip("fee_control.proposal", one.value).label) for one in ProposalState],
            ),
            ChoiceFilter("kind", _("Kind"), list(words.AGREEMENT_KINDS.items())),
            DateRangeFilter("signed", _("Signed on"), lookup="signed_on"),
            UnitFilter(),
        ],
        search=search_accounts,
        search_hint=_("Name, pinyin, account, meter, address"),
        count=lambda count: _now("%(count)s agreements of fee control") % {"count": count},
        empty_title=_("No agreement of fee control yet"),
        empty_text=_("Open an account of the archive and propose an agreement there."),
        empty_found_title=_("No agreement fits"),
        empty_found_text=_("Take a filter out to see more."),
        help=[_("Who proposes an agreement never approves it. One agreement at a time holds for an account.")],
        brief=("state", "name", "kind"),
        export_name="fee-control-agreements",
    )
)
