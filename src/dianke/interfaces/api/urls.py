"""Addresses of the interface for programs."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, JsonResponse
from django.urls import URLPattern, URLResolver, re_path
from django.views.decorators.csrf import csrf_exempt

from dianke.interfaces.api.api import api
from dianke.interfaces.api.problems import answer_problem


@csrf_exempt
@login_not_required
def answer_nothing(request: HttpRequest) -> JsonResponse:
    """Answer an address that leads nowhere as programs read it."""
    return answer_problem(request, 404, code="api.not_found")


def _open(pattern: URLPattern | URLResolver) -> URLPattern | URLResolver:
    # Every operation asks for a token or a session by itself and answers 401; the log-in page helps no program.
    if isinstance(pattern, URLPattern):
        pattern.callback = login_not_required(pattern.callback)
    return pattern


app_name = "api"
urlpatterns = [*(_open(pattern) for pattern in api.urls[0]), re_path(r"", answer_nothing, name="nothing")]
