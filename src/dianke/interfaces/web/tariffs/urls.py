"""Addresses of tariffs."""

from django.urls import path

from dianke.interfaces.web.tariffs import views

urlpatterns = [
    path("", views.list_plans, name="tariffs"),
    path("plans/<str:code>/", views.show_plan, name="tariff_plan"),
    path("versions/<int:version_id>/", views.show_version, name="tariff_version"),
]
