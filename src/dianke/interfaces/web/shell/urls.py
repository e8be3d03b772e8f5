"""Addresses of the frame."""

from django.urls import path

from dianke.interfaces.web.shell import log_in_views, views

urlpatterns = [
    path("", views.home, name="home"),
    path("login/", log_in_views.log_in, name="login"),
    path("login/code/", log_in_views.give_code, name="login_code"),
    path("logout/", log_in_views.log_out, name="logout"),
    path("search/", views.search, name="search"),
    path("theme/", views.set_theme, name="set_theme"),
    path("language/", views.switch_language, name="set_language"),
]
