"""Addresses of watch lists."""

from django.urls import path

from dianke.interfaces.web.watching import entry_views, overview_views, threshold_views

urlpatterns = [
    path("", overview_views.show_lists, name="watching"),
    path("precision/", overview_views.show_precision, name="watching_precision"),
    path("entries/", entry_views.list_entries, name="watching_entries"),
    path("closed/", entry_views.list_closed, name="watching_closed"),
    path("entries/<int:key>/", entry_views.show_entry, name="watching_entry"),
    path("entries/<int:key>/take/", entry_views.take_entry, name="watching_entry_take"),
    path("entries/<int:key>/close/", entry_views.close_entry, name="watching_entry_close"),
    path("entries/<int:key>/result/", entry_views.judge_entry, name="watching_entry_result"),
    path("thresholds/", threshold_views.list_thresholds, name="watching_thresholds"),
    path("thresholds/new/", threshold_views.propose_thresholds, name="watching_thresholds_new"),
    path("thresholds/<int:key>/decide/", threshold_views.decide_thresholds, name="watching_thresholds_decide"),
    path("thresholds/<int:key>/withdraw/", threshold_views.withdraw_thresholds, name="watching_thresholds_withdraw"),
]
