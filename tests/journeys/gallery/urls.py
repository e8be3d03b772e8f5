"""The product's addresses and those of the gallery."""

from django.urls import include, path
from tests.journeys.gallery import views

urlpatterns = [
    path("gallery/runs/", views.list_runs, name="gallery_runs"),
    path("gallery/runs/JS-202601-02/", views.show_run, name="gallery_run"),
    path("gallery/order/", views.show_order, name="gallery_order"),
    path("gallery/customer/", views.show_customer, name="gallery_customer"),
    path("gallery/fault/", views.fail),
    path("gallery/closed/", views.refuse_right),
    path("gallery/refused/", views.refuse),
    path("", include("dianke.interfaces.web.urls")),
]

handler400 = "dianke.interfaces.web.shell.errors.bad_request"
handler403 = "dianke.interfaces.web.shell.errors.permission_denied"
handler404 = "dianke.interfaces.web.shell.errors.page_not_found"
handler500 = "dianke.interfaces.web.shell.errors.server_error"
