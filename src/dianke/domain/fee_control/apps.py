"""Django app of fee control."""

from django.apps import AppConfig


class FeeControlConfig(AppConfig):
    """Tables of agreements, estimates, states, orders and commands."""

    name = "dianke.domain.fee_control"
    label = "fee_control"
