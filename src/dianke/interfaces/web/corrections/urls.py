"""Addresses of corrections."""

from django.urls import path

from dianke.interfaces.web.corrections import act_views, form_views, list_views, views

urlpatterns = [
    path("", list_views.list_corrections, name="corrections"),
    path("new/<int:bill_id>/", form_views.draft_correction, name="correction_new"),
    path("<int:key>/", views.show_correction, name="correction"),
    path("<int:key>/explanation/", views.show_explanation, name="correction_explanation"),
    path("<int:key>/change/", form_views.change_correction, name="correction_change"),
    path("<int:key>/ask/", act_views.ask_correction, name="correction_ask"),
    path("<int:key>/withdraw/", act_views.withdraw_correction, name="correction_withdraw"),
    path("<int:key>/decide/", act_views.decide_correction, name="correction_decide"),
    path("<int:key>/issue/", act_views.issue_correction, name="correction_issue"),
]
