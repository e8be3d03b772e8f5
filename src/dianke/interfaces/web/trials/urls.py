"""Addresses of trials."""

from django.urls import path

from dianke.interfaces.web.trials import export_views, list_views, report_views, start_views

urlpatterns = [
    path("", list_views.list_trials, name="trials"),
    path("start/", start_views.start_trial, name="trial_start"),
    path("<str:number>/", report_views.show_trial, name="trial"),
    path("<str:number>/progress/", report_views.show_progress, name="trial_progress"),
    path("<str:number>/cancel/", start_views.cancel_trial, name="trial_cancel"),
    path("<str:number>/export/", export_views.export_report, name="trial_export"),
]
