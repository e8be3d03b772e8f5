"""Django app of the staff pages."""

from django.apps import AppConfig

from dianke.interfaces.web.discovery import import_from_pages


class WebConfig(AppConfig):
    """Templates, static files and the menus of every folder of pages."""

    name = "dianke.interfaces.web"
    label = "web"

    def ready(self) -> None:
        """Let every folder of pages enter its menu, home cards and search sources."""
        import_from_pages("menu")
