"""The interface for programs, put together."""

import functools
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from ninja import NinjaAPI
from ninja.errors import AuthenticationError
from ninja.openapi.schema import OpenAPISchema

from dianke.interfaces.api.access import RATE, CallerThrottle, Session, Token
from dianke.interfaces.api.bills import router as bills
from dianke.interfaces.api.calendars import router as calendars
from dianke.interfaces.api.contracts import router as contracts
from dianke.interfaces.api.credit import router as credit
from dianke.interfaces.api.credit_facts import router as credit_facts
from dianke.interfaces.api.customers import router as customers
from dianke.interfaces.api.final_bills import router as final_bills
from dianke.interfaces.api.metering import router as metering
from dianke.interfaces.api.payment_orders import router as payment_orders
from dianke.interfaces.api.personal import router as personal
from dianke.interfaces.api.problems import MEDIA_TYPE, add_handlers, answer_problem
from dianke.interfaces.api.readings import router as readings
from dianke.interfaces.api.runs import router as runs
from dianke.interfaces.api.segments import router as segments
from dianke.interfaces.api.service_orders import router as service_orders
from dianke.interfaces.api.statements import router as statements
from dianke.interfaces.api.statistics import router as statistics
from dianke.interfaces.api.suspicions import router as suspicions
from dianke.interfaces.api.tags import router as tags
from dianke.interfaces.api.tariffs import router as tariffs
from dianke.interfaces.api.trials import router as trials
from dianke.interfaces.api.valuation import router as valuation
from dianke.interfaces.api.watching import router as watching

_AUTH = [Token(), Session()]


class DiankeApi(NinjaAPI):
    """An interface whose document says that refusals are problem details."""

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        """Return the OpenAPI 3.1 document."""
        schema = super().get_openapi_schema(**options)
        for path in schema["paths"].values():
            for operation in path.values():
                for status, answer in operation["responses"].items():
                    if int(status) >= 400 and "content" in answer:
                        answer["content"] = {MEDIA_TYPE: next(iter(answer["content"].values()))}
        return schema


def _closed(view: Callable[..., Any]) -> Callable[..., Any]:
    """Show the document to callers only."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            known = any(auth(request) for auth in _AUTH)
        except AuthenticationError:
            known = False
        if not known:
            return answer_problem(request, 401, code="api.not_authenticated")
        return view(request, *args, **kwargs)

    return guarded


api = DiankeApi(
    title="Dianke",
    version="1",
    description=(
        "Archive, supply contracts, meters, readings, calendar, tariffs, bill runs with review, bills, final bills,"
        " combined statements, trials, statistics, payment orders and service orders of a utility; credit, value, tags,"
        " segments and watch lists of customers."
    ),
    urls_namespace="api",
    auth=_AUTH,
    throttle=[CallerThrottle(RATE)],
    docs_url=None,
    docs_decorator=_closed,
)
add_handlers(api)
for _router in (
    customers,
    contracts,
    metering,
    readings,
    calendars,
    tariffs,
    runs,
    suspicions,
    bills,
    final_bills,
    statements,
    trials,
    statistics,
    payment_orders,
    service_orders,
    credit,
    credit_facts,
    valuation,
    tags,
    segments,
    watching,
    personal,
):
    api.add_router("", _router)
