"""Django app of collection."""

from django.apps import AppConfig


class CollectionConfig(AppConfig):
    """Tables of ageing, dunning, responsibility and bad debt."""

    name = "dianke.domain.collection"
    label = "collection"
