"""Addresses of archive quality."""

from django.urls import path

from dianke.interfaces.web.quality import finding_views, list_views, overview_views, score_views

urlpatterns = [
    path("", overview_views.show_overview, name="quality"),
    path("run/", overview_views.start_pass, name="quality_run"),
    path("scores/", score_views.list_scores, name="quality_scores"),
    path("findings/", list_views.list_findings, name="quality_findings"),
    path("findings/<int:finding_id>/", finding_views.show_finding, name="quality_finding"),
    path("findings/<int:finding_id>/take/", finding_views.take_finding, name="quality_take"),
    path("findings/<int:finding_id>/release/", finding_views.release_finding, name="quality_release"),
    path("findings/<int:finding_id>/exempt/", finding_views.ask_exemption, name="quality_exempt"),
    path("findings/<int:finding_id>/decide/", finding_views.decide_exemption, name="quality_decide"),
]
