"""Django app of credit."""

from django.apps import AppConfig


class CreditConfig(AppConfig):
    """Tables of facts about customers, credit scores, objections and measures."""

    name = "dianke.domain.credit"
    label = "credit"
