"""The billing rules in one sentence each, as the page of rules shows them and bills link to them."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from dianke.interfaces.web.components.page import Text
from dianke.interfaces.web.regulations import Regulation, get_regulation


@dataclass(frozen=True)
class Rule:
    """A rule as listed: its chapter, title, sentence and the text it follows."""

    id: str
    title: str
    sentence: Text
    text: Regulation | None


_SENTENCES: dict[str, tuple[Text, str]] = {
    "TR-1": (_("Billed energy is the registers' energy with losses, less sub-meters and shares."), "REG-SUPPLY-1996"),
    "TR-1.1": (
        _(
            "Advance times multiplier (CT × PT) is the energy, rounded to a whole kWh. A register that passed its "
            "last digit counts on only when marked; any other fall is an exception. A changed meter or ratio makes "
            "two parts."
        ),
        "",
    ),
    "TR-1.2": (
        _(
            "Only where high-voltage supply is metered on the low side: iron loss by the energised hours, copper "
            "loss by formula or ratio; each is a whole number and enters the power factor."
        ),
        "",
    ),
    "TR-1.3": (
        _("Between metering point and boundary the line's owner bears the loss, by the agreed ratio."),
        "REG-SUPPLY-1996",
    ),
    "TR-1.4": (
        _(
            "Energy of another price class without a meter leaves as a fixed quantity or a ratio: the fixed ones "
            "first, in order, never more than there is; checked once a year."
        ),
        "",
    ),
    "TR-1.5": (_("Sub-meters with their own price are taken off the main meter; below zero is an exception."), ""),
    "TR-2": (
        _("The price class follows use and capacity; two-part from 315 kVA on, a choice between 100 and 315 kVA."),
        "REG-526-2023",
    ),
    "TR-3": (_("The basic charge pays for capacity or demand, month by month."), "REG-1583-2016"),
    "TR-3.1": (
        _(
            "By capacity in kVA; by contract demand, at least 40 % of the running capacity, the part above 105 % "
            "doubled; or by actual demand."
        ),
        "REG-1583-2016",
    ),
    "TR-3.2": (
        _("From 260 kWh per kVA in a month on the demand charge takes 90 %; never in capacity mode."),
        "REG-526-2023",
    ),
    "TR-3.3": (
        _(
            "A month that is not whole counts by thirtieths of its days in use; the sealing day is free, the "
            "unsealing day is charged."
        ),
        "REG-SUPPLY-1996",
    ),
    "TR-3.4": (
        _(
            "Cold standby and sealed capacity are free, hot standby is charged, of interlocked units the largest "
            "counts; a suspension under 15 days reduces nothing."
        ),
        "REG-SUPPLY-1996",
    ),
    "TR-3.5": (
        _("The mode changes once a quarter, 15 working days ahead; contract demand monthly, 5 working days ahead."),
        "REG-1583-2016",
    ),
    "TR-3.6": (_("Demand is priced with all its decimals; only the line is rounded."), ""),
    "TR-4": (
        _(
            "Periods cover the day, sharp over peak, deep valley over valley. What floats differs by province, so "
            "the printed price of a period is authoritative."
        ),
        "",
    ),
    "TR-5": (_("Charges are adjusted by the power factor of the month."), "REG-PF-1983"),
    "TR-5.1": (
        _(
            "0.90 for high-voltage industry above 160 kVA, 0.85 for other users from 100 kVA, 0.80 for agriculture "
            "from 100 kVA; none below, none for homes."
        ),
        "REG-PF-1983",
    ),
    "TR-5.2": (
        _("Active over apparent energy with losses, import and export added without sign, to two decimals."),
        "REG-PF-1983",
    ),
    "TR-5.3": (_("The percentage is read from the table of the standard; below zero it reduces."), "REG-PF-1983"),
    "TR-5.4": (_("Adjusted are basic and energy charge without funds."), "REG-PF-1983"),
    "TR-6": (
        _("Homes pay in three tiers by month or year, limits included; the tier's surcharge comes on top."),
        "REG-2617-2011",
    ),
    "TR-7": (_("Funds take the same energy, each its own line, outside floating and power factor."), ""),
    "TR-8": (
        _("Purchase, upstream loss, transmission and distribution, system operation and funds make the price."),
        "REG-526-2023",
    ),
    "TR-10": (
        _(
            "Energy measured or billed wrongly is put right: an error of the meter over half of the time since "
            "its last verification, wrong wiring, multiplier or a blown fuse over all of it."
        ),
        "REG-SUPPLY-1996",
    ),
    "TR-11": (
        _(
            "Stolen energy is capacity times days times hours, 180 days and 12 or 6 hours a day where nobody "
            "knows; it is paid, with a penalty of up to three times."
        ),
        "REG-SUPPLY-1996",
    ),
    "TR-12": (
        _(
            "Use against the contract pays the difference of prices or the basic charge, with a multiple of it, "
            "or a sum by kW or for each time."
        ),
        "REG-SUPPLY-1996",
    ),
    "TR-13": (
        _("Half up: energy once a register, money once a line; a total is the sum of rounded lines."),
        "",
    ),
    "TR-14": (
        _("The bill shows account, period, registers, energy by period, capacity and demand, power factor and funds."),
        "",
    ),
}


def list_rules() -> list[Rule]:
    """Return the rules in the order of their chapters."""
    return [
        Rule(
            id=identifier,
            title=get_regulation(identifier).title,
            sentence=sentence,
            text=get_regulation(text) if text else None,
        )
        for identifier, (sentence, text) in _SENTENCES.items()
    ]
