"""Tables of the customer archive."""

from typing import ClassVar

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from dianke.domain.customers.types import AccountStatus, CustomerKind, UsageClass
from dianke.platform.org.models import Unit
from dianke.platform.org.scoping import ScopedModel


def _choices(enum: type) -> list[tuple[str, str]]:
    return [(member.value, member.value) for member in enum]  # type: ignore[attr-defined]


def _bigrams(field: str) -> models.GeneratedField:
    """Return the stored pairs of neighbouring characters that two-character searches go by."""
    return models.GeneratedField(
        expression=models.Func(models.F(field), function="text_bigrams"),
        output_field=ArrayField(models.TextField()),
        db_persist=True,
    )


@pghistory.track(exclude=["name_bigrams"])
class Customer(ScopedModel):
    """A person, company or office that contracts for supply (用电客户)."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    number = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=120)
    # Pinyin initials and full pinyin, written with the name: the embedded database has no ICU collation.
    name_initials = models.CharField(max_length=120, blank=True)
    name_pinyin = models.CharField(max_length=400, blank=True)
    name_bigrams = _bigrams("name")
    kind = models.CharField(max_length=12, choices=_choices(CustomerKind))
    # GB/T 4754 code of the trade; empty for homes.
    industry_code = models.CharField(max_length=6, blank=True)
    since_date = models.DateField()

    class Meta:
        """Search indexes: prefix for one character, bigrams for two, trigrams from three."""

        indexes: ClassVar = [
            GinIndex(fields=["name"], name="customer_name_trigram", opclasses=["gin_trgm_ops"]),
            models.Index(fields=["name"], name="customer_name_prefix", opclasses=["varchar_pattern_ops"]),
            models.Index(fields=["name_initials"], name="customer_initials_prefix", opclasses=["varchar_pattern_ops"]),
            models.Index(fields=["name_pinyin"], name="customer_pinyin_prefix", opclasses=["varchar_pattern_ops"]),
            GinIndex(fields=["name_bigrams"], name="customer_name_bigrams"),
            models.Index(fields=["unit", "id"], name="customer_unit"),
        ]

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class CustomerAccount(ScopedModel):
    """A settlement account (结算账户): the user number (户号) that bills are sent to."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="accounts")
    number = models.CharField(max_length=10, unique=True)
    usage_class = models.CharField(max_length=24, choices=_choices(UsageClass))
    status = models.CharField(max_length=12, choices=_choices(AccountStatus), default=AccountStatus.ACTIVE.value)
    # Persons of the household: from five on the tiers grow (一户多人口).
    household_size = models.PositiveSmallIntegerField(default=0)
    opened_date = models.DateField()
    closed_date = models.DateField(null=True, blank=True)

    class Meta:
        """Checks."""

        indexes: ClassVar = [models.Index(fields=["unit", "id"], name="account_unit")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(closed_date=None) | models.Q(closed_date__gte=models.F("opened_date")),
                name="account_closes_after_it_opens",
            )
        ]

    def __str__(self) -> str:
        return self.number


@pghistory.track(exclude=["address_bigrams"])
class ServiceLocation(ScopedModel):
    """A place that is supplied (用电地址)."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    code = models.CharField(max_length=30, unique=True)
    address = models.CharField(max_length=200)
    address_bigrams = _bigrams("address")
    longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    latitude = models.DecimalField(max_digits=8, decimal_places=6, null=True, blank=True)

    class Meta:
        """Search by address."""

        indexes: ClassVar = [
            GinIndex(fields=["address"], name="location_address_trigram", opclasses=["gin_trgm_ops"]),
            GinIndex(fields=["address_bigrams"], name="location_address_bigrams"),
            models.Index(fields=["address"], name="location_address_prefix", opclasses=["varchar_pattern_ops"]),
        ]

    def __str__(self) -> str:
        return self.address
