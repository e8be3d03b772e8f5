"""Addresses of bulk import."""

from django.urls import path

from dianke.interfaces.web.imports import batch_views, list_views, step_views

urlpatterns = [
    path("", list_views.list_batches, name="imports"),
    path("new/", step_views.bring_file, name="import_new"),
    path("templates/<str:name>/", step_views.send_template, name="import_template"),
    path("<int:batch_id>/", batch_views.show_batch, name="import_batch"),
    path("<int:batch_id>/work/", batch_views.show_work, name="import_work"),
    path("<int:batch_id>/rejects/", batch_views.send_rejects, name="import_rejects"),
    path("<int:batch_id>/columns/", step_views.map_columns, name="import_columns"),
    path("<int:batch_id>/check/", step_views.check_batch, name="import_check"),
    path("<int:batch_id>/rows/<int:line>/cells/<int:place>/", step_views.correct_cell, name="import_cell"),
    path("<int:batch_id>/load/", step_views.load_batch, name="import_load"),
    path("<int:batch_id>/obstacles/", batch_views.show_obstacles, name="import_obstacles"),
    path("<int:batch_id>/undo/", step_views.undo_batch, name="import_undo"),
    path("<int:batch_id>/throw-away/", step_views.throw_away, name="import_throw_away"),
]
