"""Addresses of load shapes."""

from django.urls import path

from dianke.interfaces.web.load_shapes import views

urlpatterns = [
    path("", views.show_shapes, name="load_shapes"),
    path("points/", views.list_members, name="load_shape_members"),
    path("accounts/<str:number>/", views.show_account_shape, name="load_shape_account"),
]
