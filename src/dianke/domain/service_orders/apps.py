"""Django app of service orders."""

from django.apps import AppConfig


class ServiceOrdersConfig(AppConfig):
    """Orders of customers, their steps, clocks and what they change."""

    name = "dianke.domain.service_orders"
    label = "service_orders"
