"""Whom to call, and what they agreed to."""

from typing import Any, ClassVar

import pghistory
from django.contrib.postgres.fields import DateRangeField
from django.db import models

from dianke.domain.customers.models.columns import list_choices, text_column
from dianke.domain.customers.models.subjects import Customer
from dianke.domain.customers.types import (
    ConsentChannel,
    ConsentPurpose,
    ContactLanguage,
    ContactRole,
    PreferredChannel,
)
from dianke.platform.crypto.fields import EncryptedTextField, KeyedHashField
from dianke.platform.documents.models import Document
from dianke.platform.org.scoping import ScopedModel


@pghistory.track()
class Contact(ScopedModel):
    """A person to reach for a customer, for a time (联系人)."""

    unit_lookup = "customer__unit"

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="contacts")
    name = models.CharField(max_length=60)
    role = models.CharField(max_length=16, choices=list_choices(ContactRole))
    # Where the person works at the customer's (职务、部门).
    office = text_column(60)
    phone = EncryptedTextField(purpose="phone", db_default=models.Value(b""))
    phone_hash = KeyedHashField()
    # The hash of the masked number, so that what a page shows (139****4418) finds the customer again.
    phone_mask_hash = KeyedHashField()
    email = EncryptedTextField(purpose="email", db_default=models.Value(b""))
    preferred = models.BooleanField(default=False, db_default=False)
    note = text_column(200)
    is_decision_maker = models.BooleanField(default=False, db_default=False)
    # ISO date; the hash is of month and day alone, by which a calendar finds who has a birthday.
    birthday = EncryptedTextField(purpose="birthday", db_default=models.Value(b""))
    birthday_hash = KeyedHashField()
    channel = text_column(10, choices=list_choices(PreferredChannel))
    language = text_column(10, choices=list_choices(ContactLanguage))
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_until = models.TimeField(null=True, blank=True)
    do_not_disturb = models.BooleanField(default=False, db_default=False)
    period: Any = DateRangeField()

    class Meta:
        """Found by phone and by birthday; quiet hours begin and end."""

        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(quiet_from=None, quiet_until=None)
                | models.Q(quiet_from__isnull=False, quiet_until__isnull=False),
                name="contact_quiet_hours_begin_and_end",
            )
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["birthday_hash"], name="contact_birthday", condition=models.Q(birthday_hash__isnull=False)
            ),
            models.Index(fields=["phone_hash"], name="contact_phone", condition=models.Q(phone_hash__isnull=False)),
            models.Index(
                fields=["phone_mask_hash"],
                name="contact_phone_mask",
                condition=models.Q(phone_mask_hash__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class Consent(ScopedModel):
    """What a customer agreed to be told or to have done with their data, until they withdraw it (授权同意)."""

    unit_lookup = "customer__unit"

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="consents")
    # None where the customer as a whole agreed.
    contact = models.ForeignKey(Contact, models.PROTECT, null=True, blank=True, related_name="consents")
    purpose = models.CharField(max_length=20, choices=list_choices(ConsentPurpose))
    channel = models.CharField(max_length=12, choices=list_choices(ConsentChannel))
    given_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    evidence = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")
    recorded_by = models.CharField(max_length=40)

    class Meta:
        """It ends after it began."""

        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(withdrawn_at=None) | models.Q(withdrawn_at__gte=models.F("given_at")),
                name="consent_is_withdrawn_after_it_was_given",
            )
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.customer_id}"
