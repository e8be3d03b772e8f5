"""Django app of valuation."""

from django.apps import AppConfig


class ValuationConfig(AppConfig):
    """Tables of value indices, classes, service tables and their ratings."""

    name = "dianke.domain.valuation"
    label = "valuation"
