"""Addresses that other systems call."""

from django.urls import path

from dianke.interfaces.feeds import gateway_views

app_name = "feeds"

urlpatterns = [path("gateway/<str:code>/call-back", gateway_views.take_call_back, name="gateway_call_back")]
