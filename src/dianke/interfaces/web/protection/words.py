"""Kinds of personal data and what is kept of a person, as words."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dianke.interfaces.web.components.page import Text

KINDS: dict[str, Text] = {
    "identity_number": _("Identity number"),
    "phone": _("Phone number"),
    "birthday": pgettext_lazy("of a contact", "Birthday"),
    "bank_account": _("Bank account"),
    "email": _("Mail address"),
}

SECTIONS: dict[str, Text] = {
    "customer": _("Customer"),
    "contacts": _("Contacts"),
    "consents": _("Consents"),
    "accounts": _("Accounts"),
    "old_numbers": _("Old numbers"),
    "marks": _("Marks"),
    "bank_accounts": _("Bank accounts"),
    "places": _("Places"),
    "usage_points": _("Usage points"),
    "equipment": _("Equipment"),
    "bills": _("Bills"),
    "documents": _("Documents"),
    "who_looked": _("Who looked"),
}
