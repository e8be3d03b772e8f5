"""Django app of archive audits."""

from django.apps import AppConfig


class AuditsConfig(AppConfig):
    """Rules that search the archive for what is missing, contradicting, stale or double, and the findings they leave."""

    name = "dianke.domain.audits"
    label = "audits"
