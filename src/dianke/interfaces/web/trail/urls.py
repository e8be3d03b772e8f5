"""Addresses of the trail."""

from django.urls import path

from dianke.interfaces.web.trail import act_views, alarm_views, chain_views, change_views, customer_views

urlpatterns = [
    path("", change_views.search_changes, name="trail"),
    path("changes/<str:model_label>/<int:event_id>/", change_views.show_change, name="trail_change"),
    path("accounts/<str:number>/", customer_views.show_customer_changes, name="customer_changes"),
    path("customers/<str:customer_number>/", customer_views.show_customer_changes, name="customer_changes"),
    path("acts/", act_views.list_acts, name="trail_acts"),
    path("alarms/", alarm_views.list_alarms, name="trail_alarms"),
    path("alarms/<int:alarm_id>/", alarm_views.show_alarm, name="trail_alarm"),
    path("alarms/<int:alarm_id>/decide/", alarm_views.decide, name="trail_alarm_decide"),
    path("chain/", chain_views.show_chain, name="trail_chain"),
    path("chain/prove/", chain_views.prove, name="trail_prove"),
]
