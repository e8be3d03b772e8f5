"""The words of the calendar."""

from datetime import date

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.page import Text

STEPS: dict[str, Text] = {
    "READ_FROM": pgettext_lazy("step", "Reading begins"),
    "READ_TO": pgettext_lazy("step", "Reading ends"),
    "FREEZE": pgettext_lazy("step", "Freeze"),
    "CALCULATE": pgettext_lazy("step", "Calculate"),
    "REVIEW": pgettext_lazy("step", "Review"),
    "ISSUE": pgettext_lazy("step", "Issue"),
    "PAYMENT_DUE": pgettext_lazy("step", "Payment due"),
}

SHIFTS: dict[str, Text] = {
    "NONE": pgettext_lazy("shift", "stays on the day"),
    "NEXT": pgettext_lazy("shift", "next working day"),
    "PREVIOUS": pgettext_lazy("shift", "working day before"),
}

WEEKDAYS: tuple[Text, ...] = (
    pgettext_lazy("weekday", "Mon"),
    pgettext_lazy("weekday", "Tue"),
    pgettext_lazy("weekday", "Wed"),
    pgettext_lazy("weekday", "Thu"),
    pgettext_lazy("weekday", "Fri"),
    pgettext_lazy("weekday", "Sat"),
    pgettext_lazy("weekday", "Sun"),
)


def name_month(month: date, stage: int, stages: int) -> str:
    """Return the bill's month, with its stage where it is read several times."""
    if stages == 1:
        return formats.month(month)
    return _now("%(month)s reading %(stage)d of %(stages)d") % {
        "month": formats.month(month),
        "stage": stage,
        "stages": stages,
    }


# Why a calendar cannot be changed, as the rules of the domain say it; named here so that each has its translation.
REASONS: tuple[Text, ...] = (
    _("only a cycle that is billed every month has interim readings"),
    _("a month has at most three readings"),
    _("the reading day lies between 1 and 28, for every month has it"),
    _("the readings of a month fall on different days"),
    _("every step has its day, once"),
    _("a step cannot be due before the one that it follows"),
    _("a step cannot be due after the one that follows it"),
    _("a step is due within sixty days of the reading"),
    _("the day has come"),
    _("a plan is made for days to come"),
    _("a reason is needed"),
    _("a later reading of the month is billed already"),
    _("the bills of an earlier reading of the month are not issued yet"),
)
