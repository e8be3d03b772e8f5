"""Addresses of account managers, visits and care."""

from django.urls import path

from dianke.interfaces.web.care import (
    calendar_views,
    check_list,
    hand_over_views,
    manager_views,
    portfolio_views,
    visit_views,
)

urlpatterns = [
    path("portfolio/", portfolio_views.show_portfolio, name="portfolio"),
    path("calendar/", calendar_views.show_calendar, name="care_calendar"),
    path("checks/", check_list.list_checks, name="care_checks"),
    path("customers/<str:number>/visit/", visit_views.plan_visit, name="care_visit_plan"),
    path("customers/<str:number>/record/", visit_views.record_care, name="care_record_add"),
    path("visits/<int:key>/", visit_views.show_visit, name="care_visit"),
    path("visits/<int:key>/move/", visit_views.move_visit, name="care_visit_move"),
    path("visits/<int:key>/done/", visit_views.finish_visit, name="care_visit_done"),
    path("visits/<int:key>/cancel/", visit_views.cancel_visit, name="care_visit_cancel"),
    path("visits/<int:key>/step/", visit_views.finish_step, name="care_visit_step"),
    path("managers/", manager_views.show_managers, name="care_managers"),
    path("managers/assign/", manager_views.assign, name="care_assign"),
    path("managers/<int:key>/end/", manager_views.end_management, name="care_management_end"),
    path("hand-overs/new/", hand_over_views.propose, name="care_hand_over_new"),
    path("hand-overs/<int:key>/", hand_over_views.show_hand_over, name="care_hand_over"),
    path("hand-overs/<int:key>/decide/", hand_over_views.decide, name="care_hand_over_decide"),
    path("hand-overs/<int:key>/withdraw/", hand_over_views.withdraw, name="care_hand_over_withdraw"),
]
