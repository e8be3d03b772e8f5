"""Addresses of the staff site: the frame, then one line for each folder of pages."""

from django.urls import include, path

app_name = "web"

urlpatterns = [
    path("", include("dianke.interfaces.web.shell.urls")),
]
