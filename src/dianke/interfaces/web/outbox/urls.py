"""Addresses of messages out."""

from django.urls import path

from dianke.interfaces.web.outbox import views

urlpatterns = [
    path("", views.list_messages, name="messages"),
    path("<int:key>/", views.show_message, name="message"),
    path("<int:key>/hold/", views.hold_message, name="message_hold"),
    path("<int:key>/release/", views.release_message, name="message_release"),
]
