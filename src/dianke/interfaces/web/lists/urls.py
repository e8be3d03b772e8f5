"""Addresses that all lists share; each view asks for the right of the list named."""

from django.urls import path

from dianke.interfaces.web.lists import bulk_views, views

urlpatterns = [
    path("<str:name>/export/", views.export, name="list_export"),
    path("<str:name>/views/save/", views.save_view, name="list_view_save"),
    path("<str:name>/views/restore/", views.restore_view, name="list_view_restore"),
    path("<str:name>/views/<int:view_id>/change/", views.change_view, name="list_view_change"),
    path("<str:name>/views/<int:view_id>/delete/", views.delete_view, name="list_view_delete"),
    path("<str:name>/bulk/<str:action>/", bulk_views.act, name="list_bulk"),
]
