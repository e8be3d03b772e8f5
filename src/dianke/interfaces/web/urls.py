"""Addresses of the staff site: the frame, then one line for each folder of pages."""

from django.urls import include, path

from dianke.interfaces.web import health

app_name = "web"

urlpatterns = [
    path("healthz", health.is_alive, name="health"),
    path("readyz", health.is_ready, name="readiness"),
    path("", include("dianke.interfaces.web.shell.urls")),
    path("lists/", include("dianke.interfaces.web.lists.urls")),
    path("administration/", include("dianke.interfaces.web.administration.urls")),
    path("customers/", include("dianke.interfaces.web.customers.urls")),
    path("archive/", include("dianke.interfaces.web.customers.archive_urls")),
    path("tariffs/", include("dianke.interfaces.web.tariffs.urls")),
    path("billing/trials/", include("dianke.interfaces.web.trials.urls")),
    path("billing/statistics/", include("dianke.interfaces.web.statistics.urls")),
    path("billing/corrections/", include("dianke.interfaces.web.corrections.urls")),
    path("billing/finals/", include("dianke.interfaces.web.finals.urls")),
    path("billing/", include("dianke.interfaces.web.billing.urls")),
    path("bank/", include("dianke.interfaces.web.bank.urls")),
    path("bank/", include("dianke.interfaces.web.online.urls")),
    path("agreements/", include("dianke.interfaces.web.agreements.urls")),
    path("claims/", include("dianke.interfaces.web.claims.urls")),
    path("invoices/", include("dianke.interfaces.web.invoices.urls")),
    path("ledger/", include("dianke.interfaces.web.ledger.urls")),
    path("counter/", include("dianke.interfaces.web.counter.urls")),
    path("payments/", include("dianke.interfaces.web.payments.urls")),
    path("messages/", include("dianke.interfaces.web.outbox.urls")),
    path("credit/", include("dianke.interfaces.web.credit.urls")),
    path("collection/risk/", include("dianke.interfaces.web.risk.urls")),
    path("collection/", include("dianke.interfaces.web.collection.urls")),
    path("value/", include("dianke.interfaces.web.valuation.urls")),
    path("", include("dianke.interfaces.web.care.customer_urls")),
    path("care/", include("dianke.interfaces.web.care.urls")),
    path("profiles/", include("dianke.interfaces.web.profiles.urls")),
    path("", include("dianke.interfaces.web.profiles.customer_urls")),
    path("", include("dianke.interfaces.web.credit.customer_urls")),
    path("", include("dianke.interfaces.web.valuation.customer_urls")),
    path("fee-control/", include("dianke.interfaces.web.fee_control.urls")),
    path("watching/", include("dianke.interfaces.web.watching.urls")),
    path("customers/", include("dianke.interfaces.web.watching.customer_urls")),
    path("load-shapes/", include("dianke.interfaces.web.load_shapes.urls")),
    path("readings/", include("dianke.interfaces.web.readings.urls")),
    path("imports/", include("dianke.interfaces.web.imports.urls")),
    path("trail/", include("dianke.interfaces.web.trail.urls")),
    path("protection/", include("dianke.interfaces.web.protection.urls")),
    path("processes/", include("dianke.interfaces.web.processes.urls")),
    path("service-orders/", include("dianke.interfaces.web.service_orders.urls")),
    path("contracts/", include("dianke.interfaces.web.contracts.urls")),
    path("quality/", include("dianke.interfaces.web.quality.urls")),
]
