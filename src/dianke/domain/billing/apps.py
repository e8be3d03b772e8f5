"""Django app of billing."""

from django.apps import AppConfig


class BillingConfig(AppConfig):
    """Tables of billing."""

    name = "dianke.domain.billing"
    label = "billing"
