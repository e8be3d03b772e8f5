"""Programs' access: tokens listed, issued and shown once, revoked."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dianke.application import api_tokens
from dianke.application.rights import RIGHTS
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.components.page import Crumb, Page
from dianke.interfaces.web.components.states import register_states, state_chip
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.shell.errors import explain
from dianke.kernel.clock import SystemClock
from dianke.kernel.errors import DomainError
from dianke.platform.api_access import queries
from dianke.platform.audit.use_case import PermissionRefused
from dianke.platform.identity.models import Staff
from dianke.platform.org import queries as org

_RIGHT = "api.manage_tokens"
_DAYS = ((30, gettext_lazy("30 days")), (90, gettext_lazy("90 days")), (366, gettext_lazy("one year")))

register_states(
    "api_token",
    {
        "VALID": ("ok", pgettext_lazy("token", "Valid")),
        "EXPIRED": ("idle", gettext_lazy("Expired")),
        "REVOKED": ("bad", gettext_lazy("Revoked")),
    },
)


class TokenForm(forms.Form):
    """What a new token may do, where and for how long."""

    name = forms.CharField(
        label=gettext_lazy("Program"),
        max_length=80,
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
        help_text=gettext_lazy("What it is for and where it runs."),
    )
    unit = forms.ChoiceField(
        label=gettext_lazy("Limited to the unit"),
        required=False,
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    days = forms.TypedChoiceField(
        label=gettext_lazy("Valid for"),
        coerce=int,
        choices=_DAYS,
        initial=90,
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("What it may do"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one.")},
    )

    def __init__(self, *args: Any, scopes: list[str], units: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scopes"].choices = [(right, _(RIGHTS.get(right, right))) for right in scopes]  # type: ignore[attr-defined]
        self.fields["unit"].choices = [("", _("every unit of the person")), *units]  # type: ignore[attr-defined]


@require_GET
@page_right(_RIGHT)
def list_tokens(request: StaffRequest) -> HttpResponse:
    """List the tokens of the people within reach."""
    now = SystemClock().now()
    tokens = queries.list_tokens(actor=request.actor)
    rows = [
        (
            token,
            state_chip(
                "api_token", "REVOKED" if token.revoked_at else "EXPIRED" if token.expires_at <= now else "VALID"
            ),
            [_(RIGHTS.get(scope, scope)) for scope in token.scopes],
            # The dialog that asks before it is revoked; what has ended has none.
            f"revoke-{token.pk}" if token.revoked_at is None and token.expires_at > now else "",
        )
        for token in tokens
    ]
    return render(
        request, "administration/tokens.html", {"page": _page(_("Programs' access"), is_list=True), "rows": rows}
    )


@never_cache
@require_http_methods(["GET", "POST"])
@page_right(_RIGHT)
def issue_token(request: StaffRequest) -> HttpResponse:
    """Issue a token and show its secret, once."""
    now = SystemClock().now()
    person = _find_person(request)
    units = org.list_units(actor=request.actor)
    form = TokenForm(
        request.POST or None,
        scopes=api_tokens.list_scopes(actor=request.actor, staff=person, at=now),
        units=[(unit.code, unit.name) for unit in units],
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            issued = api_tokens.issue_token(
                actor=request.actor,
                staff=person,
                name=given["name"],
                scopes=given["scopes"],
                unit=next((unit for unit in units if unit.code == given["unit"]), None),
                expires_at=now + timedelta(days=given["days"]),
                at=now,
            )
        except PermissionRefused:
            raise
        except DomainError as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, explain(refusal))
        else:
            values = {"page": _page(_("New token")), "issued": issued}
            return render(request, "administration/token_issued.html", values)
    values = {"page": _page(_("Issue a token")), "form": form, "person": person}
    return render(request, "administration/token_add.html", values, status=422 if form.errors else 200)


@require_POST
@page_right(_RIGHT)
def revoke_token(request: StaffRequest, token_id: int) -> HttpResponse:
    """End a token at once."""
    try:
        token = api_tokens.revoke_token(actor=request.actor, token_id=token_id, at=SystemClock().now())
    except api_tokens.NoSuchToken as error:
        raise Http404 from error
    messages.success(request, _("Token %(prefix)s is revoked.") % {"prefix": token.prefix})
    return redirect("web:api_tokens")


def _find_person(request: StaffRequest) -> Staff:
    login = request.GET.get("login", "") or request.person.login
    people = Staff.objects.for_actor(request.actor, _RIGHT).select_related("unit")
    person: Staff | None = people.filter(login=login, active=True).first()
    if person is None:
        raise Http404
    return person


def _page(title: str, *, is_list: bool = False) -> Page:
    return Page(
        title=title,
        crumbs=[Crumb(_("Administration"))]
        + ([] if is_list else [Crumb(_("Programs' access"), reverse("web:api_tokens"))]),
        menu_url=reverse("web:api_tokens"),
        help=[
            _("A token lets a program act for a person through the interface, never beyond what the person may."),
            _("The secret is shown once; only its fingerprint is kept. Revoke a token that is no longer used."),
        ],
    )
