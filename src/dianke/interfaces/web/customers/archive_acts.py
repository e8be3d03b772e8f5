"""What a reader may enter and change on a customer's page: labels and addresses, for the menu there."""

from django.urls import reverse
from django.utils.translation import gettext as _

from dianke.application.archive.belongings import CONSENT
from dianke.application.archive.documents import ADD
from dianke.application.archive.entry import ENTER
from dianke.application.archive.key_changes import ASK
from dianke.application.archive.merging import MERGE
from dianke.application.archive.narrowing import EDIT
from dianke.domain.customers.models import Customer, CustomerAccount
from dianke.platform.identity.types import Actor


def list_archive_acts(actor: Actor, customer: Customer, account: CustomerAccount | None) -> list[tuple[str, str]]:
    """Return label and address of each act of the archive that the reader may do here."""
    if customer.merged_into_id is not None:
        return []
    unit_path = customer.unit.path
    acts = [
        (EDIT, _("Edit the customer"), "customer_edit"),
        (ASK, _("Change key data"), "key_data"),
        (ENTER, _("Open another account"), "customer_open_account"),
        (ENTER, _("Add a contact"), "contact_add"),
        (CONSENT, _("Record a consent"), "consent_add"),
        (ENTER, _("Add equipment"), "equipment_add"),
        (ADD, _("Add a document"), "document_add"),
        (MERGE, _("Merge with another customer"), "customer_merge_with"),
    ]
    listed = [(right, label, reverse(f"web:{name}", args=[customer.number])) for right, label, name in acts]
    if account is not None:
        listed += [
            (ENTER, _("Give a mark"), reverse("web:mark_add", args=[account.number])),
            (ENTER, _("Add an old number"), reverse("web:alias_add", args=[account.number])),
        ]
    return [(label, url) for right, label, url in listed if actor.may(right, unit_path)]
