"""Django app of load shapes."""

from django.apps import AppConfig


class LoadShapesConfig(AppConfig):
    """Tables of clustered day curves."""

    name = "dianke.domain.load_shapes"
    label = "load_shapes"
