"""Addresses of the tab of a customer's credit."""

from django.urls import path

from dianke.interfaces.web.credit import customer_views

urlpatterns = [
    path("customers/accounts/<str:number>/credit/", customer_views.show_credit, name="customer_credit"),
    path("customers/by-number/<str:customer_number>/credit/", customer_views.show_credit, name="customer_credit"),
]
