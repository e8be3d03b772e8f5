"""Pages for machines: is the process alive, and can it answer."""

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from dianke.platform.database.migrating import is_schema_current


@login_not_required
@never_cache
@require_GET
def is_alive(request: HttpRequest) -> JsonResponse:
    """Answer as long as the process runs; a supervisor restarts it otherwise."""
    return JsonResponse({"status": "alive"})


@login_not_required
@never_cache
@require_GET
def is_ready(request: HttpRequest) -> JsonResponse:
    """Answer 200 when the database is reached and has this version's tables, else 503 with what is missing."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("select 1")
        missing = "" if is_schema_current() else "migrations"
    except DatabaseError:
        missing = "database"
    return JsonResponse(
        {"status": "ready" if not missing else "waiting", "missing": missing}, status=503 if missing else 200
    )
