"""Django app of the register of unmaskings."""

from django.apps import AppConfig


class ProtectionConfig(AppConfig):
    """Who saw which personal data unmasked, and why."""

    name = "dianke.platform.protection"
    label = "protection"
