"""Addresses of tags and segments."""

from django.urls import path

from dianke.interfaces.web.profiles import editor_views, segment_views, views

urlpatterns = [
    path("tags/", views.show_workbench, name="tags"),
    path("tags/new/", editor_views.edit_tag, name="tag_new"),
    path("tags/proposals/<int:proposal_id>/", editor_views.show_proposal, name="tag_proposal"),
    path("tags/proposals/<int:proposal_id>/decide/", editor_views.decide_proposal, name="tag_proposal_decide"),
    path("tags/<str:code>/", views.show_tag, name="tag"),
    path("tags/<str:code>/check/", views.check_tag, name="tag_check"),
    path("tags/<str:code>/retire/", editor_views.retire_tag, name="tag_retire"),
    path("segments/", segment_views.list_segments, name="segments"),
    path("segments/new/", segment_views.new_segment, name="segment_new"),
    path("segments/members/", segment_views.list_members, name="segment_members"),
    path("segments/<int:segment_id>/", segment_views.show_segment, name="segment"),
    path("segments/<int:segment_id>/change/", segment_views.change_segment, name="segment_change"),
    path("segments/<int:segment_id>/end/", segment_views.end_segment, name="segment_end"),
]
