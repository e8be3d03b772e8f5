"""Addresses of customers."""

from django.urls import path

from dianke.interfaces.portal import order_views

app_name = "portal"

urlpatterns = [
    path("orders/<str:secret>/", order_views.show_order, name="order"),
    path("orders/<str:secret>/papers/<str:code>/", order_views.give_paper, name="order_paper"),
    path("orders/<str:secret>/firms/", order_views.choose_firm, name="order_firm"),
    path("orders/<str:secret>/answer/", order_views.answer_step, name="order_answer"),
]
