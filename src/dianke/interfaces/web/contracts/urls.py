"""Addresses of supply contracts."""

from django.urls import path

from dianke.interfaces.web.contracts import account_panel, act_views, draft_views, lists, template_views, views

urlpatterns = [
    path("", lists.list_contracts, name="contracts"),
    path("new/<str:number>/", draft_views.draft_contract, name="contract_new"),
    path("customers/<str:number>/", account_panel.list_of_customer, name="contracts_of_customer"),
    path("templates/", template_views.list_templates, name="contract_templates"),
    path("templates/<int:key>/", template_views.show_proposal, name="contract_template_proposal"),
    path("templates/<int:key>/decide/", template_views.decide_template, name="contract_template_decide"),
    path("templates/<str:kind>/", template_views.show_template, name="contract_template"),
    path("templates/<str:kind>/new/", template_views.propose_template, name="contract_template_new"),
    path("<int:key>/", views.show_contract, name="contract"),
    path("<int:key>/change/", draft_views.change_contract, name="contract_change"),
    path("<int:key>/compare/", views.compare_versions, name="contract_compare"),
    path("<int:key>/paper/", views.show_paper, name="contract_paper"),
    path("<int:key>/copies/", views.show_copy, name="contract_copy"),
    path("<int:key>/prove/", act_views.prove_signatures, name="contract_prove"),
    path("<int:key>/propose/", act_views.propose_contract, name="contract_propose"),
    path("<int:key>/decide/", act_views.decide_contract, name="contract_decide"),
    path("<int:key>/withdraw/", act_views.withdraw_contract, name="contract_withdraw"),
    path("<int:key>/sign/", act_views.sign_contract, name="contract_sign"),
    path("<int:key>/file/", act_views.file_contract, name="contract_file"),
    path("<int:key>/renew/", act_views.renew_contract, name="contract_renew"),
    path("<int:key>/end/", act_views.end_contract, name="contract_end"),
]
