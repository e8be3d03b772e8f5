"""Addresses of final bills."""

from django.urls import path

from dianke.interfaces.web.finals import views

urlpatterns = [
    path("new/<str:number>/", views.draft_final, name="final_new"),
    path("<int:key>/", views.show_final, name="final"),
    path("<int:key>/withdraw/", views.withdraw_final, name="final_withdraw"),
    path("<int:key>/opening/", views.start_opening, name="final_opening"),
]
