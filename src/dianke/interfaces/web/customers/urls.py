"""Addresses of customers."""

from django.urls import path

from dianke.interfaces.web.customers import account_views, list_views

urlpatterns = [
    path("", list_views.list_accounts, name="customers"),
    path("accounts/<str:number>/", account_views.show_account, name="customer_account"),
    path("accounts/<str:number>/day/", account_views.show_day, name="customer_day"),
]
