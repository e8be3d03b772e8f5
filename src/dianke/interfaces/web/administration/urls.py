"""Addresses of staff, posts, units and one's own account."""

from django.urls import path

from dianke.interfaces.web.administration import (
    account_views,
    post_views,
    staff_list,
    staff_views,
    tokens_views,
    unit_views,
)

urlpatterns = [
    path("staff/", staff_list.list_staff, name="staff"),
    path("staff/add/", staff_views.add_person, name="staff_add"),
    path("staff/<str:login>/", staff_views.show_person, name="staff_member"),
    path("staff/<str:login>/change/", staff_views.change_person, name="staff_change"),
    path("staff/<str:login>/posts/", staff_views.assign_post, name="staff_assign"),
    path("staff/<str:login>/posts/<int:assignment_id>/end/", staff_views.end_assignment, name="staff_end_assignment"),
    path("staff/<str:login>/deputies/", staff_views.add_deputy, name="staff_add_deputy"),
    path(
        "staff/<str:login>/deputies/<int:deputyship_id>/end/", staff_views.end_deputyship, name="staff_end_deputyship"
    ),
    path("staff/<str:login>/password/", staff_views.reset_password, name="staff_reset_password"),
    path("staff/<str:login>/log-in/<slug:act>/", staff_views.change_log_in, name="staff_log_in"),
    path("posts/", post_views.list_posts, name="posts"),
    path("posts/add/", post_views.add_post, name="post_add"),
    path("posts/template/", post_views.load_template, name="posts_template"),
    path("posts/<str:code>/", post_views.show_post, name="post"),
    path("conflicts/", post_views.list_conflicts, name="rights_conflicts"),
    path("units/", unit_views.list_units, name="units"),
    path("units/add/", unit_views.add_unit, name="unit_add"),
    path("units/<str:code>/rename/", unit_views.rename_unit, name="unit_rename"),
    path("units/<str:code>/move/", unit_views.move_unit, name="unit_move"),
    path("tokens/", tokens_views.list_tokens, name="api_tokens"),
    path("tokens/add/", tokens_views.issue_token, name="api_token_add"),
    path("tokens/<int:token_id>/revoke/", tokens_views.revoke_token, name="api_token_revoke"),
    path("account/", account_views.show_account, name="my_account"),
    path("account/password/", account_views.change_password, name="password_change"),
    path("account/second-step/", account_views.add_second_step, name="second_step"),
    path("account/one-step/", account_views.remove_second_step, name="one_step"),
    path("account/language/", account_views.choose_language, name="account_language"),
    path("account/sessions/", account_views.end_sessions, name="account_sessions"),
]
