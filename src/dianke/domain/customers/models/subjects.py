"""Customers and their settlement accounts."""

from typing import Any, ClassVar

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from dianke.domain.customers.models.columns import bigrams_of, list_choices, text_column
from dianke.domain.customers.types import (
    AccountStatus,
    CreditGrade,
    CustomerKind,
    IdentityKind,
    Importance,
    UsageClass,
    ValueClass,
)
from dianke.platform.crypto.fields import EncryptedTextField, KeyedHashField
from dianke.platform.org.models import Unit
from dianke.platform.org.scoping import ScopedModel

_HAS_SHORT_NAME = models.Q(short_name__gt="")


@pghistory.track(
    # What searches go by follows from the names; the history of a customer's standing lies with what judged it.
    exclude=["name_bigrams", "short_name_bigrams", "value_class", "credit_grade", "service_table"]
)
class Customer(ScopedModel):
    """A person, company or office that contracts for supply (用电客户)."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    number = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=120)
    # Pinyin initials and full pinyin, written with the name: the embedded database has no ICU collation.
    name_initials = models.CharField(max_length=120, blank=True)
    name_pinyin = models.CharField(max_length=400, blank=True)
    name_bigrams = bigrams_of("name")
    # What people call it (简称), where that is not a part of the name.
    short_name = text_column(60)
    short_name_initials = text_column(60)
    short_name_pinyin = text_column(200)
    short_name_bigrams = bigrams_of("short_name")
    kind = models.CharField(max_length=12, choices=list_choices(CustomerKind))
    # GB/T 4754 code of the trade; empty for homes.
    industry_code = models.CharField(max_length=6, blank=True)
    since_date = models.DateField()
    identity_kind = text_column(12, choices=list_choices(IdentityKind))
    identity_number = EncryptedTextField(purpose="identity_number", db_default=models.Value(b""))
    identity_hash = KeyedHashField()
    importance = models.CharField(
        max_length=12,
        choices=list_choices(Importance),
        default=Importance.NONE.value,
        db_default=Importance.NONE.value,
    )
    # As the last rating and the last judgement left them, and the service table then in force; empty until then.
    value_class = text_column(10, choices=list_choices(ValueClass))
    credit_grade = text_column(4, choices=list_choices(CreditGrade))
    service_table = text_column(20)
    # A customer that was entered twice stays as a signpost to the one that was kept.
    merged_into: Any = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="merged_from")

    class Meta:
        """Search indexes: prefix for one character, bigrams for two, trigrams from three."""

        indexes: ClassVar = [
            GinIndex(fields=["name"], name="customer_name_trigram", opclasses=["gin_trgm_ops"]),
            models.Index(fields=["name"], name="customer_name_prefix", opclasses=["varchar_pattern_ops"]),
            models.Index(fields=["name_initials"], name="customer_initials_prefix", opclasses=["varchar_pattern_ops"]),
            models.Index(fields=["name_pinyin"], name="customer_pinyin_prefix", opclasses=["varchar_pattern_ops"]),
            GinIndex(fields=["name_bigrams"], name="customer_name_bigrams"),
            models.Index(fields=["unit", "id"], name="customer_unit"),
            # Orders and filters of the list of customers.
            models.Index(fields=["name_pinyin", "id"], name="customer_pinyin_order"),
            models.Index(
                fields=["kind", "id"], name="customer_kind", condition=~models.Q(kind=CustomerKind.PERSON.value)
            ),
            # Few customers have a short name, an identity number or a signpost: the others cost no index.
            GinIndex(
                fields=["short_name"],
                name="customer_short_trigram",
                opclasses=["gin_trgm_ops"],
                condition=_HAS_SHORT_NAME,
            ),
            models.Index(
                fields=["short_name"],
                name="customer_short_prefix",
                opclasses=["varchar_pattern_ops"],
                condition=_HAS_SHORT_NAME,
            ),
            GinIndex(fields=["short_name_bigrams"], name="customer_short_bigrams", condition=_HAS_SHORT_NAME),
            models.Index(
                fields=["short_name_initials"],
                name="customer_short_initials",
                opclasses=["varchar_pattern_ops"],
                condition=_HAS_SHORT_NAME,
            ),
            models.Index(
                fields=["short_name_pinyin"],
                name="customer_short_pinyin",
                opclasses=["varchar_pattern_ops"],
                condition=_HAS_SHORT_NAME,
            ),
            models.Index(
                fields=["identity_hash"], name="customer_identity", condition=models.Q(identity_hash__isnull=False)
            ),
            models.Index(
                fields=["importance", "id"],
                name="customer_importance",
                condition=~models.Q(importance=Importance.NONE.value),
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(merged_into=None) | ~models.Q(merged_into=models.F("id")),
                name="customer_not_merged_into_itself",
            )
        ]

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class CustomerAccount(ScopedModel):
    """A settlement account (结算账户): the user number (户号) that bills are sent to."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="accounts")
    # The place that the account was opened for; usage points name the places they stand at.
    location = models.ForeignKey(
        "customers.ServiceLocation", models.PROTECT, null=True, blank=True, related_name="accounts"
    )
    number = models.CharField(max_length=10, unique=True)
    usage_class = models.CharField(max_length=24, choices=list_choices(UsageClass))
    status = models.CharField(max_length=12, choices=list_choices(AccountStatus), default=AccountStatus.ACTIVE.value)
    # Persons of the household: from five on the tiers grow (一户多人口).
    household_size = models.PositiveSmallIntegerField(default=0)
    opened_date = models.DateField()
    closed_date = models.DateField(null=True, blank=True)

    class Meta:
        """Checks."""

        indexes: ClassVar = [
            models.Index(fields=["unit", "id"], name="account_unit"),
            models.Index(fields=["usage_class", "number"], name="account_class"),
            models.Index(fields=["status", "number"], name="account_status"),
            models.Index(fields=["opened_date", "id"], name="account_opened"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(closed_date=None) | models.Q(closed_date__gte=models.F("opened_date")),
                name="account_closes_after_it_opens",
            )
        ]

    def __str__(self) -> str:
        return self.number


@pghistory.track()
class AccountAlias(ScopedModel):
    """A number that an account bore in an earlier system (旧户号), by which people still ask for it."""

    unit_lookup = "account__unit"

    account = models.ForeignKey(CustomerAccount, models.PROTECT, related_name="aliases")
    number = models.CharField(max_length=30)
    origin = text_column(60)

    class Meta:
        """Each number once an account; two systems may have given it to two."""

        indexes: ClassVar = [
            models.Index(fields=["number"], name="alias_number_prefix", opclasses=["varchar_pattern_ops"])
        ]
        constraints: ClassVar = [models.UniqueConstraint(fields=["account", "number"], name="alias_once_an_account")]

    def __str__(self) -> str:
        return self.number


@pghistory.track()
class BankAccount(ScopedModel):
    """The bank account that bills are collected from for a time (银行账户)."""

    unit_lookup = "account__unit"

    account = models.ForeignKey(CustomerAccount, models.PROTECT, related_name="bank_accounts")
    bank_name = models.CharField(max_length=80)
    # Twelve digits of the bank's branch in the payment system (联行号).
    bank_code = text_column(12)
    holder = models.CharField(max_length=120)
    number = EncryptedTextField(purpose="bank_account")
    number_hash = KeyedHashField()
    period: Any = DateRangeField()

    class Meta:
        """One at a time."""

        indexes: ClassVar = [models.Index(fields=["number_hash"], name="bank_account_number")]
        constraints: ClassVar = [
            ExclusionConstraint(
                name="bank_account_one_at_a_time",
                expressions=[("account", RangeOperators.EQUAL), ("period", RangeOperators.OVERLAPS)],
            )
        ]

    def __str__(self) -> str:
        return f"{self.bank_name} {self.account_id}"
