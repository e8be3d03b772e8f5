"""Django app of the pages of customers."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Templates and styles of the portal."""

    name = "dianke.interfaces.portal"
    label = "portal"
