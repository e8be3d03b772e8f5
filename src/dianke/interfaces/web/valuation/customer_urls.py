"""Addresses of the tab of a customer's value."""

from django.urls import path

from dianke.interfaces.web.valuation import customer_tab

urlpatterns = [
    path("customers/accounts/<str:number>/value/", customer_tab.show_value, name="customer_value"),
    path("customers/by-number/<str:customer_number>/value/", customer_tab.show_value, name="customer_value"),
]
