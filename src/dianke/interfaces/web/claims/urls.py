"""Addresses of claims on accounts and of their terms of payment."""

from django.urls import path

from dianke.interfaces.web.claims import account_views, claim_views, list_views, terms_views

urlpatterns = [
    path("", list_views.list_claims, name="claims"),
    path("accounts/<str:number>/", account_views.show_account, name="claims_account"),
    path("accounts/<str:number>/waiver/", account_views.ask_waiver, name="claims_ask_waiver"),
    path("accounts/<str:number>/money/", account_views.ask_money, name="claims_ask_money"),
    path("terms/<str:number>/", terms_views.show_terms, name="account_terms"),
    path("terms/<str:number>/propose/", terms_views.propose_terms, name="account_terms_propose"),
    path("terms/decide/<int:terms_id>/", terms_views.decide_terms, name="account_terms_decide"),
    path("terms/withdraw/<int:terms_id>/", terms_views.withdraw_terms, name="account_terms_withdraw"),
    path("<int:claim_id>/", claim_views.show_claim, name="claim"),
    path("<int:claim_id>/decide/", claim_views.decide_claim, name="claim_decide"),
    path("<int:claim_id>/withdraw/", claim_views.withdraw_claim, name="claim_withdraw"),
    path("<int:claim_id>/pay/", claim_views.pay_out_claim, name="claim_pay"),
]
