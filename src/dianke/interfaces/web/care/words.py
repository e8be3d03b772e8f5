"""What codes of visits, care and hand-overs are called."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dianke.interfaces.web.components.page import Text
from dianke.interfaces.web.components.states import register_states

register_states(
    "care.visit",
    {
        "PLANNED": ("run", pgettext_lazy("visit", "Planned")),
        "DONE": ("ok", pgettext_lazy("visit", "Done")),
        "CANCELLED": ("idle", pgettext_lazy("visit", "Cancelled")),
    },
)
register_states(
    "care.hand_over",
    {
        "PROPOSED": ("run", pgettext_lazy("hand-over of customers", "Waits for approval")),
        "APPROVED": ("ok", pgettext_lazy("hand-over of customers", "Handed over")),
        "REFUSED": ("bad", pgettext_lazy("hand-over of customers", "Refused")),
        "WITHDRAWN": ("idle", pgettext_lazy("hand-over of customers", "Taken back")),
    },
)

PURPOSES: dict[str, Text] = {
    "ROUTINE": pgettext_lazy("purpose of a visit", "Routine visit"),
    "ARREARS": pgettext_lazy("purpose of a visit", "Arrears"),
    "COMPLAINT": pgettext_lazy("purpose of a visit", "After a complaint"),
    "SAFETY": pgettext_lazy("purpose of a visit", "Safe use"),
    "EXPANSION": pgettext_lazy("purpose of a visit", "More capacity"),
    "ENERGY": pgettext_lazy("purpose of a visit", "Energy service"),
    "OTHER": pgettext_lazy("purpose of a visit", "Other purpose"),
}
CARES: dict[str, Text] = {
    "BIRTHDAY": pgettext_lazy("care", "Birthday greeting"),
    "FESTIVAL": pgettext_lazy("care", "Festival greeting"),
    "OUTAGE": pgettext_lazy("care", "Care in an outage"),
    "ANNIVERSARY": pgettext_lazy("care", "Anniversary"),
    "HARDSHIP": pgettext_lazy("care", "Help in hardship"),
    "OTHER": pgettext_lazy("care", "Other care"),
}
EVENTS: dict[str, Text] = {
    "VISIT": pgettext_lazy("care calendar", "Visit"),
    "STEP": pgettext_lazy("care calendar", "Next step"),
    "VISIT_DUE": pgettext_lazy("care calendar", "Visit due"),
    "BIRTHDAY": pgettext_lazy("care calendar", "Birthday"),
    "CHECK": pgettext_lazy("care calendar", "Check due"),
}
CHANGES: dict[str, Text] = {
    "KEY_DATA": pgettext_lazy("change of a customer", "Key data"),
    "SUPPLY": pgettext_lazy("change of a customer", "Supply"),
    "OVERDUE": pgettext_lazy("change of a customer", "Fell overdue"),
    "VALUE_CLASS": pgettext_lazy("change of a customer", "Value class"),
    "CREDIT_GRADE": pgettext_lazy("change of a customer", "Credit grade"),
}

# Refusals of the domain, so that the catalogue knows them.
REASONS = (
    _("the day is past"),
    _("the person has left"),
    _("the contact is another customer's"),
    _("it is not planned any more"),
    _("the moment lies ahead"),
    _("nothing is said of it"),
    _("a next step has a day, and a day a step"),
    _("the next step lies before the visit"),
    _("no next step waits"),
    _("the day lies ahead"),
    _("too many at once"),
    _("a number is no customer of yours"),
    _("the person does not look after customers there"),
    _("giver and taker are one person"),
    _("a list of this person waits for approval"),
    _("there is nothing to hand over"),
    _("some of it lies in units that are not yours"),
    _("it was decided before"),
    _("the customers have changed since: propose it again"),
    _("somebody who was to take over has left"),
    _("it has ended"),
)
