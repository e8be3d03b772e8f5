"""Kept papers sent to a browser."""

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header

from dianke.platform.documents.media import TEXT
from dianke.platform.documents.models import Document


def send_paper(request: HttpRequest, document: Document, content: bytes) -> HttpResponse:
    """Answer with the bytes of a paper, to look at or, if asked so, to take along; never kept by the browser."""
    media_type = document.media_type
    response = HttpResponse(content, content_type=f"{media_type}; charset=utf-8" if media_type == TEXT else media_type)
    as_attachment = request.GET.get("download") == "1"
    response["Content-Disposition"] = content_disposition_header(as_attachment, document.file_name) or "inline"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
