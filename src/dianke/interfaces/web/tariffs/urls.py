"""Addresses of tariffs."""

from django.urls import path

from dianke.interfaces.web.tariffs import plan_views, version_views

urlpatterns = [
    path("", plan_views.list_plans, name="tariffs"),
    path("rules/", plan_views.show_rules, name="rules"),
    path("plans/<str:code>/", plan_views.show_plan, name="tariff_plan"),
    path("versions/<int:version_id>/", version_views.show_version, name="tariff_version"),
]
