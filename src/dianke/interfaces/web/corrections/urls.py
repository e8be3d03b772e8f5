"""Addresses of corrections."""

from django.urls import path

from dianke.interfaces.web.corrections import (
    act_views,
    back_billing_views,
    evidence_views,
    form_views,
    list_views,
    reversal_views,
    views,
)

urlpatterns = [
    path("", list_views.list_corrections, name="corrections"),
    path("new/<int:bill_id>/", form_views.draft_correction, name="correction_new"),
    path("reversal/<int:bill_id>/", reversal_views.draft_reversal, name="reversal_new"),
    path("<int:key>/reversal/", reversal_views.change_reversal, name="reversal_change"),
    path("back-billing/", back_billing_views.start_back_billing, name="back_billing_start"),
    path("back-billing/<int:bill_id>/", back_billing_views.draft_back_billing, name="back_billing_new"),
    path("evidence/<int:evidence_id>/", evidence_views.show_evidence, name="correction_evidence"),
    path("evidence/<int:evidence_id>/file/", evidence_views.send_evidence, name="correction_evidence_file"),
    path("<int:key>/evidence/", evidence_views.add_evidence, name="correction_evidence_add"),
    path("<int:key>/back-billing/", back_billing_views.change_back_billing, name="back_billing_change"),
    path("<int:key>/", views.show_correction, name="correction"),
    path("<int:key>/explanation/", views.show_explanation, name="correction_explanation"),
    path("<int:key>/change/", form_views.change_correction, name="correction_change"),
    path("<int:key>/ask/", act_views.ask_correction, name="correction_ask"),
    path("<int:key>/withdraw/", act_views.withdraw_correction, name="correction_withdraw"),
    path("<int:key>/decide/", act_views.decide_correction, name="correction_decide"),
    path("<int:key>/issue/", act_views.issue_correction, name="correction_issue"),
]
