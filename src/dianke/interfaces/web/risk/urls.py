"""Addresses of risk."""

from django.urls import path

from dianke.interfaces.web.risk import measure_views, views

urlpatterns = [
    path("", views.list_watched, name="risk"),
    path("model/", views.show_model, name="risk_model"),
    path("accounts/<str:number>/", views.show_account, name="risk_account"),
    path("measures/", measure_views.list_measures, name="risk_measures"),
    path("measures/<int:key>/", measure_views.show_measure, name="risk_measure"),
    path("measures/<int:key>/decide/", measure_views.decide_measure, name="risk_measure_decide"),
    path("measures/<int:key>/finish/", measure_views.finish_measure, name="risk_measure_finish"),
]
