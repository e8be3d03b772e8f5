"""Addresses of the tab of a customer's tags, which lies with the tags."""

from django.urls import path

from dianke.interfaces.web.profiles import customer_views

urlpatterns = [
    path("customers/accounts/<str:number>/tags/", customer_views.show_tags, name="customer_tags"),
    path("customers/by-number/<str:customer_number>/tags/", customer_views.show_tags, name="customer_tags"),
]
