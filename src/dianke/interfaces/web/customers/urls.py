"""Addresses of customers."""

from django.urls import path

from dianke.interfaces.web.customers import views

urlpatterns = [
    path("", views.list_accounts, name="customers"),
    path("accounts/<str:number>/", views.show_account, name="customer_account"),
    path("accounts/<str:number>/day/", views.show_day, name="customer_day"),
]
