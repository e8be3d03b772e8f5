"""Addresses of readings."""

from django.urls import path

from dianke.interfaces.web.readings import calendar_views, cycle_views, day_list_views

urlpatterns = [
    path("calendar/", calendar_views.show_calendar, name="reading_calendar"),
    path("calendar/days/", day_list_views.list_days, name="planned_days"),
    path("calendar/days/<int:day_id>/", calendar_views.show_day, name="planned_day"),
    path("calendar/days/<int:day_id>/move/", calendar_views.move_day, name="planned_day_move"),
    path("calendar/cycles/<str:code>/", cycle_views.show_cycle, name="cycle_calendar"),
    path("calendar/cycles/<str:code>/template/", cycle_views.set_template, name="cycle_template"),
    path("calendar/cycles/<str:code>/interim/", cycle_views.set_interim_days, name="cycle_interim_days"),
    path("calendar/cycles/<str:code>/generate/", cycle_views.generate_days, name="cycle_generate"),
]
