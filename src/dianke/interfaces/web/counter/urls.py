"""Addresses of the counter."""

from django.urls import path

from dianke.interfaces.web.counter import desk_views, lists, shift_views

urlpatterns = [
    path("", desk_views.show_desk, name="counter_desk"),
    path("preview/", desk_views.show_preview, name="counter_preview"),
    path("take/", desk_views.take_money, name="counter_take"),
    path("open/", desk_views.open_shift, name="counter_open"),
    path("shifts/", lists.list_shifts, name="counter_shifts"),
    path("shifts/<str:number>/", shift_views.show_shift, name="counter_shift"),
    path("shifts/<str:number>/count/", shift_views.count_cash, name="counter_count"),
    path("shifts/<str:number>/decide/", shift_views.decide_difference, name="counter_decide"),
    path("shifts/<str:number>/hand-over/", shift_views.hand_over_cash, name="counter_hand_over"),
    path("differences/", lists.list_differences, name="counter_differences"),
    path("slips/", lists.list_slips, name="counter_slips"),
]
