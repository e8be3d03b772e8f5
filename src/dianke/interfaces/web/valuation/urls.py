"""Addresses of value."""

from django.urls import path

from dianke.interfaces.web.valuation import (
    appeal_views,
    pyramid_views,
    run_views,
    service_views,
    weight_views,
)

urlpatterns = [
    path("", pyramid_views.show_pyramid, name="value"),
    path("ratings/", pyramid_views.list_ratings, name="value_ratings"),
    path("weights/", weight_views.show_weights, name="value_weights"),
    path("weights/check/", weight_views.check_weights, name="value_weights_check"),
    path("weights/propose/", weight_views.propose_weights, name="value_weights_propose"),
    path("weights/<str:code>/decide/", weight_views.decide_weights, name="value_weights_decide"),
    path("service/", service_views.show_table, name="value_service"),
    path("service/propose/", service_views.propose_table, name="value_service_propose"),
    path("service/<str:code>/decide/", service_views.decide_table, name="value_service_decide"),
    path("runs/", run_views.list_runs, name="value_runs"),
    path("runs/start/", run_views.start_run, name="value_run_start"),
    path("appeals/", appeal_views.list_appeals, name="value_appeals"),
    path("appeals/<int:key>/", appeal_views.show_appeal, name="value_appeal"),
    path("appeals/<int:key>/decide/", appeal_views.decide_appeal, name="value_appeal_decide"),
    path("customers/<str:customer_number>/", appeal_views.open_customer, name="value_customer"),
    path("customers/<str:customer_number>/appeal/", appeal_views.enter_appeal, name="value_appeal_enter"),
]
