"""Addresses of processes."""

from django.urls import path

from dianke.interfaces.web.processes import views

urlpatterns = [
    path("", views.list_processes, name="processes"),
    path("<slug:key>/<int:version>/", views.show_process, name="process"),
]
