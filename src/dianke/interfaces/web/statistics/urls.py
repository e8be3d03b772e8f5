"""Addresses of the statistics."""

from django.urls import path

from dianke.interfaces.web.statistics import average_views, comparison_views, export_views

urlpatterns = [
    path("", average_views.show_average_prices, name="average_prices"),
    path("export/", export_views.export_average_prices, name="average_prices_export"),
    path("comparison/", comparison_views.show_comparison, name="period_comparison"),
    path("comparison/export/", export_views.export_comparison, name="period_comparison_export"),
]
