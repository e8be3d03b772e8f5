"""Addresses: each face keeps its own list."""

from django.urls import include, path

urlpatterns = [path("", include("dianke.interfaces.web.urls"))]

handler400 = "dianke.interfaces.web.shell.errors.bad_request"
handler403 = "dianke.interfaces.web.shell.errors.permission_denied"
handler404 = "dianke.interfaces.web.shell.errors.page_not_found"
handler500 = "dianke.interfaces.web.shell.errors.server_error"
