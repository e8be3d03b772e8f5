"""Addresses of customers."""

from django.urls import URLPattern, path

from dianke.interfaces.web.customers import account_views, list_views, money_views, time_line_views, usage_views


def _of_customer(prefix: str, *, overview: str) -> list[URLPattern]:
    """Return what a customer has with an account and without."""
    return [
        path(prefix, account_views.show_overview, name=overview),
        path(f"{prefix}contacts/", account_views.show_contacts, name="customer_contacts"),
        path(f"{prefix}documents/", account_views.show_documents, name="customer_documents"),
        path(f"{prefix}merged/", account_views.show_merged, name="customer_merged"),
        path(f"{prefix}time-line/", time_line_views.show_time_line, name="customer_time_line"),
    ]


urlpatterns = [
    path("", list_views.list_accounts, name="customers"),
    *_of_customer("accounts/<str:number>/", overview="customer_account"),
    # Who has no account yet is reached by the customer's own number.
    *_of_customer("by-number/<str:customer_number>/", overview="customer"),
    path("accounts/<str:number>/usage/", usage_views.show_usage, name="customer_usage"),
    path("accounts/<str:number>/usage/export/", usage_views.export_usage, name="customer_usage_export"),
    path("accounts/<str:number>/usage/months/", usage_views.show_months, name="customer_months"),
    path("accounts/<str:number>/usage/years/", usage_views.show_years, name="customer_years"),
    path("accounts/<str:number>/usage/year/", usage_views.show_year, name="customer_year"),
    path("accounts/<str:number>/day/", usage_views.show_day, name="customer_day"),
    path("accounts/<str:number>/places/", account_views.show_places, name="customer_places"),
    path("accounts/<str:number>/bills/", account_views.show_bills, name="customer_bills"),
    path("accounts/<str:number>/bills/chart/", account_views.show_bill_chart, name="customer_bill_chart"),
    path("accounts/<str:number>/money/", money_views.show_money, name="customer_money"),
    path("accounts/<str:number>/card/", account_views.show_card, name="customer_card"),
]
