"""Django app of receivables."""

from django.apps import AppConfig


class ReceivablesConfig(AppConfig):
    """Tables of the books."""

    name = "dianke.domain.receivables"
    label = "receivables"
