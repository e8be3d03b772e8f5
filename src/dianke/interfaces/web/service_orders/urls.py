"""Addresses of service orders."""

from django.urls import path

from dianke.interfaces.web.service_orders import (
    accept_views,
    act_views,
    batch_views,
    due_list,
    firm_views,
    order_views,
    paper_views,
    plan_views,
    promise_views,
)

urlpatterns = [
    path("", order_views.list_orders, name="service_orders"),
    path("due/", due_list.list_due, name="service_orders_due"),
    path("firms/", firm_views.list_firms, name="listed_firms"),
    path("firms/new/", firm_views.add_firm, name="listed_firm_new"),
    path("firms/<int:key>/", firm_views.show_firm, name="listed_firm"),
    path("firms/<int:key>/end/", firm_views.end_firm, name="listed_firm_end"),
    path("promises/", promise_views.list_promises, name="service_promises"),
    path("new/<str:number>/", accept_views.accept_order, name="service_order_new"),
    path("propose/<str:number>/", accept_views.propose_closing, name="service_order_propose"),
    path("new/<str:number>/batch/", batch_views.new_batch, name="service_batch_new"),
    path("lists/<str:name>/", batch_views.give_template, name="service_batch_template"),
    path("<str:number>/parts/", batch_views.show_batch, name="service_batch"),
    path("<str:number>/parts/meters/", batch_views.load_meters, name="service_batch_meters"),
    path("<str:number>/parts/<str:act>/", batch_views.move_parts, name="service_batch_move"),
    path("<str:number>/", order_views.show_order, name="service_order"),
    path("<str:number>/plan/", plan_views.draft_plan, name="service_order_plan"),
    path("<str:number>/plan/extension/", plan_views.extend, name="service_order_extend"),
    path("<str:number>/plan/drawing/", plan_views.open_drawing, name="service_order_drawing"),
    path("<str:number>/steps/", act_views.complete_step, name="service_order_step"),
    path("<str:number>/back/", act_views.send_back, name="service_order_back"),
    path("<str:number>/hand/", act_views.hand_step, name="service_order_hand"),
    path("<str:number>/over/", act_views.hand_over, name="service_order_over"),
    path("<str:number>/clock/", act_views.change_clock, name="service_order_clock"),
    path("<str:number>/hang/", act_views.hang_order, name="service_order_hang"),
    path("<str:number>/cancel/", act_views.cancel_order, name="service_order_cancel"),
    path("<str:number>/link/", paper_views.change_link, name="service_order_link"),
    path("<str:number>/papers/<str:code>/", paper_views.open_paper, name="service_order_paper"),
    path("<str:number>/papers/<str:code>/file/", paper_views.give_paper, name="service_order_paper_give"),
    path("<str:number>/papers/<str:code>/judgement/", paper_views.judge_paper, name="service_order_paper_judge"),
    path("<str:number>/notes/", act_views.add_note, name="service_order_note"),
]
