"""Django app of the background jobs."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Tasks that the worker carries out."""

    name = "dianke.interfaces.jobs"
    label = "jobs"
