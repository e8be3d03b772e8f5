"""Django app of the organisation."""

from django.apps import AppConfig


class OrgConfig(AppConfig):
    """Units of the utility."""

    name = "dianke.platform.org"
    label = "org"
