"""Addresses of the staff site: the frame, then one line for each folder of pages."""

from django.urls import include, path

app_name = "web"

urlpatterns = [
    path("", include("dianke.interfaces.web.shell.urls")),
    path("customers/", include("dianke.interfaces.web.customers.urls")),
    path("tariffs/", include("dianke.interfaces.web.tariffs.urls")),
    path("billing/", include("dianke.interfaces.web.billing.urls")),
]
