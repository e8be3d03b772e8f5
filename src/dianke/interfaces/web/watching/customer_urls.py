"""Addresses of what watch lists bring to the page of a customer."""

from django.urls import path

from dianke.interfaces.web.watching import advice_views

urlpatterns = [path("accounts/<str:number>/advice/", advice_views.show_advice, name="customer_advice")]
