"""Django app of documents."""

from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    """Files kept by hash."""

    name = "dianke.platform.documents"
    label = "documents"
