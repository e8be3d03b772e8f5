"""Addresses: each face keeps its own list."""

from django.urls import URLResolver, include, path
from django.urls.resolvers import RoutePattern


class _LateResolver(URLResolver):
    """Addresses whose module is imported by the first request below them: pages and commands do not wait for it."""

    def _populate(self) -> None:
        # Django fills every resolver for the first reverse() of any page, and would import the module there.
        if "url_patterns" in self.__dict__:
            super()._populate()


_api = _LateResolver(RoutePattern("api/v1/"), "dianke.interfaces.api.urls", app_name="api", namespace="api")

_feeds = _LateResolver(RoutePattern("feeds/"), "dianke.interfaces.feeds.urls", app_name="feeds", namespace="feeds")

_portal = _LateResolver(RoutePattern("my/"), "dianke.interfaces.portal.urls", app_name="portal", namespace="portal")

urlpatterns = [_api, _feeds, _portal, path("", include("dianke.interfaces.web.urls"))]

handler400 = "dianke.interfaces.web.shell.errors.bad_request"
handler403 = "dianke.interfaces.web.shell.errors.permission_denied"
handler404 = "dianke.interfaces.web.shell.errors.page_not_found"
handler500 = "dianke.interfaces.web.shell.errors.server_error"
