"""Django app of archive audits."""

from django.apps import AppConfig


class AuditsConfig(AppConfig):
    """Rules that search the archive for faults, and the findings they leave."""

    name = "dianke.domain.audits"
    label = "audits"
