"""Addresses of the care tab of a customer, which lies with the care calendar."""

from django.urls import path

from dianke.interfaces.web.care import tab_views

urlpatterns = [
    path("customers/accounts/<str:number>/care/", tab_views.show_care, name="customer_care"),
    path("customers/by-number/<str:customer_number>/care/", tab_views.show_care, name="customer_care"),
]
