"""Addresses of tariffs."""

from django.urls import path

from dianke.interfaces.web.tariffs import difference_views, plan_views, proposal_views, version_views

urlpatterns = [
    path("", plan_views.list_plans, name="tariffs"),
    path("rules/", plan_views.show_rules, name="rules"),
    path("plans/<str:code>/", plan_views.show_plan, name="tariff_plan"),
    path("propose/", proposal_views.propose, name="tariff_propose"),
    path("template/", proposal_views.send_template, name="tariff_template"),
    path("difference/", difference_views.show_difference, name="tariff_difference"),
    path("versions/<int:version_id>/", version_views.show_version, name="tariff_version"),
    path("versions/<int:version_id>/revise/", proposal_views.revise, name="tariff_revise"),
    path("versions/<int:version_id>/approve/", proposal_views.approve, name="tariff_approve"),
    path("versions/<int:version_id>/reject/", proposal_views.reject, name="tariff_reject"),
    path("versions/<int:version_id>/withdraw/", proposal_views.withdraw, name="tariff_withdraw"),
    path("versions/<int:version_id>/take-back/", proposal_views.take_back, name="tariff_take_back"),
]
