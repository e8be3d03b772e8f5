"""Terms of a usage point as names and values."""

from typing import Any

from django.utils.translation import gettext as _

from dianke.domain.billing.models import BillingTerms
from dianke.domain.billing.rules import explain
from dianke.interfaces.web.billing import words as billing_words
from dianke.interfaces.web.components import formats


def describe_terms(term: BillingTerms) -> dict[str, Any]:
    """Return the point, the plan and the facts of terms."""
    facts = [
        (_("Structure"), str(billing_words.STRUCTURES.get(term.structure, term.structure))),
        (_("Price row"), billing_words.format_voltage(term.price_voltage) if term.price_voltage else formats.NONE),
        (_("Time of use"), _("yes") if term.time_of_use else _("no")),
    ]
    if term.basic_mode != "NONE":
        facts.append((_("Basic charge mode"), str(billing_words.BASIC_MODES[term.basic_mode])))
    if term.contract_kw is not None:
        facts.append((_("Contract demand"), f"{explain.plain(term.contract_kw)} kW"))
    if term.power_factor_standard is not None:
        facts.append((_("Power-factor standard"), str(term.power_factor_standard)))
    if term.loss_method != "NONE":
        facts.append((_("Transformer loss"), str(billing_words.LOSS_METHODS[term.loss_method])))
    if term.line_loss_ratio:
        facts.append((_("Line loss"), formats.percent(term.line_loss_ratio)))
    facts += [(share.name, _describe_share(share)) for share in term.shares.all()]
    facts.append((_("In force since"), formats.day(term.period.lower)))
    return {"point": term.usage_point.code, "plan": term.plan, "facts": facts}


def _describe_share(share: Any) -> str:
    if share.ratio is not None:
        return _("ratio %(percent)s") % {"percent": formats.percent(share.ratio)}
    return _("fixed %(energy)s kWh") % {"energy": explain.plain(share.fixed_kwh)}
