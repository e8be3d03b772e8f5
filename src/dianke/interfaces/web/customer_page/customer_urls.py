"""Addresses of the tabs that show what was dealt with."""

from django.urls import path

from dianke.interfaces.web.customer_page import dealing_views as views

urlpatterns = [
    path("customers/accounts/<str:number>/contracts/", views.show_contracts, name="customer_contracts"),
    path("customers/accounts/<str:number>/orders/", views.show_orders, name="customer_orders"),
    path("customers/accounts/<str:number>/calls/", views.show_calls, name="customer_calls"),
    path("customers/by-number/<str:customer_number>/calls/", views.show_calls, name="customer_calls"),
    path("customers/accounts/<str:number>/satisfaction/", views.show_satisfaction, name="customer_satisfaction"),
    path(
        "customers/by-number/<str:customer_number>/satisfaction/", views.show_satisfaction, name="customer_satisfaction"
    ),
]
