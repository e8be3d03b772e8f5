"""Addresses of personal data."""

from django.urls import path

from dianke.interfaces.web.protection import person_views, register_views, unmasking_views

urlpatterns = [
    path("", register_views.list_unmaskings, name="unmaskings"),
    path("person/<str:number>/", person_views.export_person, name="person_export"),
    path("ask/", unmasking_views.ask_reason, name="unmask_ask"),
    path("show/", unmasking_views.show_value, name="unmask"),
    path("hide/", unmasking_views.hide_value, name="unmask_hide"),
]
