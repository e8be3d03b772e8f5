"""Django app of the trail."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """Records of what was done."""

    name = "dianke.platform.audit"
    label = "audit"
