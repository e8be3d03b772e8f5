"""Addresses of gateways and agents."""

from django.urls import path

from dianke.interfaces.web.online import acquirer_views, call_back_views, clearing_views, file_views, order_views

urlpatterns = [
    path("acquirers/", acquirer_views.list_acquirers, name="acquirers"),
    path("acquirers/new/", acquirer_views.add_acquirer, name="acquirer_new"),
    path("acquirers/<str:code>/", acquirer_views.show_acquirer, name="acquirer"),
    path("acquirers/<str:code>/act/", acquirer_views.change_acquirer, name="acquirer_act"),
    path("acquirers/<str:code>/keys/", acquirer_views.propose_key, name="acquirer_key_new"),
    path("acquirer-keys/<int:key>/", acquirer_views.decide_key, name="acquirer_key"),
    path("orders/", order_views.list_orders, name="payment_orders"),
    path("orders/new/", order_views.make_order, name="payment_order_new"),
    path("orders/<str:number>/", order_views.show_order, name="payment_order"),
    path("orders/<str:number>/state/", order_views.show_state, name="payment_order_state"),
    path("orders/<str:number>/close/", order_views.close_order, name="payment_order_close"),
    path("call-backs/", call_back_views.list_call_backs, name="call_backs"),
    path("call-backs/<int:key>/", call_back_views.show_call_back, name="call_back"),
    path("collections/", file_views.list_files, name="collection_files"),
    path("collections/bring/", file_views.bring_file, name="collection_file_bring"),
    path("collections/<int:key>/", file_views.show_file, name="collection_file"),
    path("collections/<int:key>/book/", file_views.book_file, name="collection_file_book"),
    path("under-way/", clearing_views.show_under_way, name="under_way"),
]
