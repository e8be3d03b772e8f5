"""Addresses of entering, changing and merging."""

from django.urls import path

from dianke.interfaces.web.customers import (
    belonging_views,
    document_views,
    duplicate_list_views,
    entry_views,
    key_change_views,
    merging_views,
    relation_views,
)

_CUSTOMER = "customers/<str:number>"
_ACCOUNT = "accounts/<str:number>"

urlpatterns = [
    path("enter/", entry_views.enter_customer, name="customer_enter"),
    path("enter/duplicates/", entry_views.look_for_duplicates, name="customer_duplicates"),
    path(f"{_CUSTOMER}/open-account/", entry_views.open_account, name="customer_open_account"),
    path(f"{_CUSTOMER}/edit/", belonging_views.change_customer, name="customer_edit"),
    path("places/<str:code>/edit/", belonging_views.change_place, name="place_edit"),
    path(f"{_CUSTOMER}/contacts/add/", belonging_views.add_contact, name="contact_add"),
    path("contacts/<int:key>/edit/", belonging_views.change_contact, name="contact_edit"),
    path("contacts/<int:key>/end/", belonging_views.end_contact, name="contact_end"),
    path(f"{_CUSTOMER}/relations/add/", relation_views.add_relation, name="relation_add"),
    path("relations/<int:key>/end/", relation_views.end_relation, name="relation_end"),
    path(f"{_CUSTOMER}/consents/add/", belonging_views.record_consent, name="consent_add"),
    path("consents/<int:key>/withdraw/", belonging_views.withdraw_consent, name="consent_withdraw"),
    path(f"{_ACCOUNT}/marks/add/", belonging_views.give_mark, name="mark_add"),
    path("marks/<int:key>/end/", belonging_views.end_mark, name="mark_end"),
    path(f"{_CUSTOMER}/equipment/add/", belonging_views.add_equipment, name="equipment_add"),
    path("equipment/<int:key>/check/", belonging_views.record_check, name="equipment_check"),
    path(f"{_ACCOUNT}/old-numbers/add/", belonging_views.add_alias, name="alias_add"),
    path(f"{_CUSTOMER}/documents/add/", document_views.add_document, name="document_add"),
    path("documents/<int:key>/", document_views.show_document, name="document"),
    path("documents/<int:key>/file/", document_views.send_file, name="document_file"),
    path(f"{_CUSTOMER}/key-data/", key_change_views.choose_field, name="key_data"),
    path(f"{_CUSTOMER}/key-data/<slug:field>/", key_change_views.ask_change, name="key_change_ask"),
    path("key-changes/", key_change_views.list_key_changes, name="key_changes"),
    path("key-changes/<int:key>/", key_change_views.show_key_change, name="key_change"),
    path("key-changes/<int:key>/decide/", key_change_views.decide_key_change, name="key_change_decide"),
    path("key-changes/<int:key>/withdraw/", key_change_views.withdraw_key_change, name="key_change_withdraw"),
    path("key-changes/<int:key>/reveal/", key_change_views.reveal_key_change, name="key_change_reveal"),
    path("duplicates/", duplicate_list_views.list_duplicates, name="duplicates"),
    path("duplicates/<int:key>/settle/", merging_views.settle_suspicion, name="duplicate_settle"),
    path("merge/<str:number>/", merging_views.choose_other, name="customer_merge_with"),
    path("merge/<str:number>/<str:other>/", merging_views.merge_customers, name="customer_merge"),
    path("merges/<int:key>/undo/", merging_views.undo_merge, name="merge_undo"),
]
