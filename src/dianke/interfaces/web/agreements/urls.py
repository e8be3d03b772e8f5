"""Addresses of agreements on instalments, staged settlement and guarantees."""

from django.urls import path

from dianke.interfaces.web.agreements import (
    agreement_views,
    guarantee_views,
    lists,
    propose_views,
    stage_list,
    stage_views,
)

urlpatterns = [
    path("", lists.list_agreements, name="agreements"),
    path("new/<str:number>/", propose_views.propose_agreement, name="agreement_new"),
    path("<int:key>/", agreement_views.show_agreement, name="agreement"),
    path("<int:key>/paper/", agreement_views.show_paper, name="agreement_paper"),
    path("<int:key>/decide/", agreement_views.decide_agreement, name="agreement_decide"),
    path("<int:key>/withdraw/", agreement_views.withdraw_agreement, name="agreement_withdraw"),
    path("<int:key>/end/", agreement_views.ask_end, name="agreement_end"),
    path("<int:key>/end/decide/", agreement_views.decide_end, name="agreement_end_decide"),
    path("stages/", stage_list.list_stages, name="stages"),
    path("stages/decide/<int:key>/", stage_views.decide_terms, name="staged_terms_decide"),
    path("stages/withdraw/<int:key>/", stage_views.withdraw_terms, name="staged_terms_withdraw"),
    path("stages/<str:number>/", stage_views.show_terms, name="staged_terms"),
    path("stages/<str:number>/propose/", stage_views.propose_terms, name="staged_terms_propose"),
    path("guarantees/", lists.list_guarantees, name="guarantees"),
    path("guarantees/new/<str:number>/", guarantee_views.record_guarantee, name="guarantee_new"),
    path("guarantees/papers/<int:key>/", guarantee_views.show_paper, name="guarantee_paper"),
    path("guarantees/<int:key>/", guarantee_views.show_guarantee, name="guarantee"),
    path("guarantees/<int:key>/ask/", guarantee_views.ask_change, name="guarantee_ask"),
    path("guarantees/<int:key>/decide/", guarantee_views.decide_change, name="guarantee_decide"),
]
