"""Django app of invoicing."""

from django.apps import AppConfig


class InvoicingConfig(AppConfig):
    """Tables of tax invoices."""

    name = "dianke.domain.invoicing"
    label = "invoicing"
