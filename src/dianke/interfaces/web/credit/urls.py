"""Addresses of credit."""

from django.urls import path

from dianke.interfaces.web.credit import act_views, demand_views, notice_views, policy_views, views

urlpatterns = [
    path("", views.list_scores, name="credit"),
    path("customers/<str:number>/", views.open_customer, name="credit_customer"),
    path("customers/<str:number>/facts/", act_views.enter_fact, name="credit_fact_enter"),
    path("customers/<str:number>/objections/", act_views.file_objection, name="credit_objection_file"),
    path("facts/", views.list_facts, name="credit_facts"),
    path("facts/<int:key>/", views.show_fact, name="credit_fact"),
    path("facts/<int:key>/decide/", act_views.decide_fact, name="credit_fact_decide"),
    path("facts/<int:key>/withdraw/", act_views.ask_withdrawal, name="credit_fact_withdraw"),
    path("facts/<int:key>/withdraw/decide/", act_views.decide_withdrawal, name="credit_fact_withdraw_decide"),
    path("notices/", views.list_notices, name="credit_notices"),
    path("notices/<int:key>/told/", act_views.record_told, name="credit_notice_told"),
    path("notices/<int:key>/send/", notice_views.send_notice, name="credit_notice_send"),
    path("notices/<int:key>/letter/", notice_views.show_letter, name="credit_notice_letter"),
    path("measures/", demand_views.list_demands, name="credit_demands"),
    path("measures/<int:key>/", demand_views.show_demand, name="credit_demand"),
    path("measures/<int:key>/end/", demand_views.end_demand, name="credit_demand_end"),
    path("objections/", views.list_objections, name="credit_objections"),
    path("objections/<int:key>/", views.show_objection, name="credit_objection"),
    path("objections/<int:key>/decide/", act_views.decide_objection, name="credit_objection_decide"),
    path("policy/", policy_views.show_policy, name="credit_policy"),
    path("policy/measures/", policy_views.propose_measures, name="credit_measures_propose"),
    path("policy/measures/decide/", policy_views.decide_measures, name="credit_measures_decide"),
]
