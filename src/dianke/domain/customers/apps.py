"""Django app of customers."""

from django.apps import AppConfig


class CustomersConfig(AppConfig):
    """Tables of customers."""

    name = "dianke.domain.customers"
    label = "customers"
