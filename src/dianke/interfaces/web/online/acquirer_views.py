"""Gateways and agents: who they are, and the keys by which a gateway is known."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dianke.application import acquirers
from dianke.application.acquirers.simulation import is_allowed
from dianke.domain.channels.models import Acquirer, AcquirerKey
from dianke.domain.channels.queries import acquirers as queries
from dianke.domain.channels.rules.gateway.types import WITHOUT_KEYS, AcquirerKind, KeyState
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.acting import carry_out
from dianke.interfaces.web.components.page import Crumb, Page
from dianke.interfaces.web.components.states import state_chip
from dianke.interfaces.web.online import words
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.shell.errors import explain
from dianke.kernel.clock import SystemClock
from dianke.kernel.errors import DomainError
from dianke.platform.audit.use_case import PermissionRefused
from dianke.platform.org import queries as org

_UNPROCESSABLE = 422
_PLAIN = {"autocomplete": "off"}


class AcquirerForm(forms.Form):
    """A gateway or agent as the contract says."""

    code = forms.CharField(
        label=_("Code"), max_length=12, help_text=_("capital letters and digits; files and addresses name it"),
        widget=forms.TextInput(attrs=_PLAIN),
    )  # fmt: skip
    name = forms.CharField(label=_("Name"), max_length=80, widget=forms.TextInput(attrs=_PLAIN))
    kind = forms.ChoiceField(label=_("Kind of gateway or agent"))
    merchant_number = forms.CharField(
        label=_("Our number there"), max_length=40, help_text=_("the bank's statement names it with a settlement"),
        widget=forms.TextInput(attrs=_PLAIN),
    )  # fmt: skip
    unit_code = forms.ChoiceField(
        label=_("Unit"), required=False, help_text=_("whose counter the card terminal stands at; else empty")
    )
    page_address = forms.CharField(
        label=_("Address of its page of payment"), max_length=200, required=False,
        help_text=_("of a gateway; an agent has none"), widget=forms.TextInput(attrs=_PLAIN),
    )  # fmt: skip
    order_minutes = forms.IntegerField(
        label=_("Minutes until an order expires"), min_value=1, max_value=1440, initial=30
    )

    def __init__(self, *args: Any, units: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["unit_code"].choices = [("", "–"), *units]  # type: ignore[attr-defined]
        self.fields["kind"].choices = [  # type: ignore[attr-defined]
            (code, word) for code, word in words.KINDS.items() if is_allowed(code)
        ]


class KeyForm(forms.Form):
    """A public key as the gateway gave it."""

    key_id = forms.CharField(label=_("Name of the key"), max_length=40, widget=forms.TextInput(attrs=_PLAIN))
    public_key = forms.CharField(
        label=_("Public key (PEM)"), max_length=4000, widget=forms.Textarea(attrs={"rows": 6, **_PLAIN})
    )


@require_GET
@page_right(acquirers.VIEW)
def list_acquirers(request: StaffRequest) -> HttpResponse:
    """List who takes money for us."""
    values = {
        "page": Page(
            title=_("Gateways and agents"),
            crumbs=[Crumb(_("Channels and reconciliation"))],
            menu_url=reverse("web:acquirers"),
            help=[
                _("A gateway takes orders online and calls back; an agent sends a file a day."),
                _("Both hold the money until they settle it to the bank: see money under way."),
                _("A card terminal stands at a counter; its bank settles what the shifts took by it, less its fee."),
            ],
        ),
        "rows": [(one, words.KINDS[one.kind]) for one in queries.list_acquirers(actor=request.actor)],
        "may_add": request.actor.may(acquirers.RELEASE),
    }
    return render(request, "online/acquirers.html", values)


@require_http_methods(["GET", "POST"])
@page_right(acquirers.RELEASE)
def add_acquirer(request: StaffRequest) -> HttpResponse:
    """Add a gateway or agent."""
    units = [(one.code, one.name) for one in org.list_units(actor=request.actor)]
    form = AcquirerForm(request.POST or None, units=units)
    if request.method == "POST" and form.is_valid():
        try:
            added = acquirers.add_acquirer(actor=request.actor, **form.cleaned_data)
        except PermissionRefused:
            raise
        except DomainError as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, explain(refusal))
        else:
            messages.success(request, _now("%(name)s is added.") % {"name": added.name})
            return redirect("web:acquirer", added.code)
    page = Page(title=_("Add a gateway or agent"), crumbs=_crumbs(), menu_url=reverse("web:acquirers"))
    status = _UNPROCESSABLE if form.errors else 200
    return render(request, "bank/form.html", {"page": page, "form": form, "act": _("Add")}, status=status)


@require_GET
@page_right(acquirers.VIEW)
def show_acquirer(request: StaffRequest, code: str) -> HttpResponse:
    """Show a gateway or agent with its keys."""
    return _draw(request, _find(request, code), KeyForm())


@require_POST
@page_right(acquirers.RELEASE)
def change_acquirer(request: StaffRequest, code: str) -> HttpResponse:
    """Open or shut a gateway, or make a new key of ours."""
    _find(request, code)
    back = reverse("web:acquirer", args=[code])
    if request.POST.get("act") == "own-key":
        return carry_out(
            request, lambda: acquirers.change_own_key(actor=request.actor, code=code),
            done=_now("Orders are signed by the new key from now on."), back=back, explain=explain,
        )  # fmt: skip
    is_open = request.POST.get("act") == "open"
    return carry_out(
        request, lambda: acquirers.open_acquirer(actor=request.actor, code=code, is_open=is_open),
        done=_now("It takes orders.") if is_open else _now("It takes no more orders."), back=back, explain=explain,
    )  # fmt: skip


@require_POST
@page_right(acquirers.RECONCILE)
def propose_key(request: StaffRequest, code: str) -> HttpResponse:
    """Enter a public key of a gateway."""
    acquirer, form = _find(request, code), KeyForm(request.POST)
    if form.is_valid():
        try:
            acquirers.propose_key(actor=request.actor, code=code, at=SystemClock().now(), **form.cleaned_data)
        except PermissionRefused:
            raise
        except DomainError as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, explain(refusal))
        else:
            messages.success(request, _now("The key waits for another person."))
            return redirect("web:acquirer", code)
    return _draw(request, acquirer, form, status=_UNPROCESSABLE)


@require_POST
@page_right(acquirers.RELEASE)
def decide_key(request: StaffRequest, key: int) -> HttpResponse:
    """Release, refuse or end a key."""
    found: AcquirerKey | None = (
        AcquirerKey.objects.for_actor(request.actor).select_related("acquirer").filter(pk=key).first()
    )
    if found is None:
        raise Http404
    acts = {
        "release": (
            lambda: acquirers.release_key(actor=request.actor, key=key, at=SystemClock().now()),
            _now("Call-backs signed by the key are taken from now on."),
        ),
        "refuse": (
            lambda: acquirers.refuse_key(actor=request.actor, key=key, at=SystemClock().now()),
            _now("The key is refused."),
        ),
        "end": (lambda: acquirers.end_key(actor=request.actor, key=key), _now("The key is trusted no more.")),
    }
    act, done = acts.get(str(request.POST.get("act", "")), acts["refuse"])
    back = reverse("web:acquirer", args=[found.acquirer.code])
    return carry_out(request, act, done=done, back=back, explain=explain)


def _draw(request: StaffRequest, acquirer: Acquirer, form: KeyForm, *, status: int = 200) -> HttpResponse:
    keys = queries.list_keys(actor=request.actor, acquirer=acquirer)
    names = Names([login for one in keys for login in (one.proposed_by, one.decided_by) if login])
    calls = queries.filter_call_backs(actor=request.actor).filter(acquirer=acquirer).order_by("-id")
    may_release = request.actor.may(acquirers.RELEASE)
    is_gateway = AcquirerKind(acquirer.kind) not in WITHOUT_KEYS
    values = {
        "page": Page(
            title=acquirer.name,
            number=acquirer.code,
            facts=[words.KINDS[acquirer.kind], acquirer.merchant_number],
            crumbs=_crumbs(),
            menu_url=reverse("web:acquirers"),
            help=[
                _("Call-backs are taken only where their signature fits a key that two persons entered and released."),
                _("While a gateway changes its key both may be in use; end the old one when nothing comes by it."),
                _("Give the gateway our public key: it takes only orders that are signed by it."),
            ],
        ),
        "acquirer": acquirer,
        "is_gateway": is_gateway,
        "is_shut_here": not is_allowed(acquirer.kind),
        "call_back_path": f"/feeds/gateway/{acquirer.code}/call-back",
        "keys": [_draw_key(request, one, names) for one in keys],
        "last_good": calls.filter(fault="").first() if is_gateway else None,
        "last_bad": calls.exclude(fault="").first() if is_gateway else None,
        "faults": words.FAULTS,
        "form": form,
        "may_propose": is_gateway and request.actor.may(acquirers.RECONCILE),
        "may_release": may_release,
    }  # fmt: skip
    return render(request, "online/acquirer.html", values, status=status)


def _draw_key(request: StaffRequest, key: AcquirerKey, names: Names) -> dict[str, Any]:
    may_release = request.actor.may(acquirers.RELEASE)
    is_proposed = key.state == KeyState.PROPOSED.value
    return {
        "key": key,
        "chip": state_chip("online.key", key.state),
        "proposed_by": names.of(key.proposed_by),
        "decided_by": names.of(key.decided_by) if key.decided_by else "",
        "may_decide": may_release and is_proposed and key.proposed_by != request.actor.login,
        "may_end": may_release and key.state == KeyState.IN_USE.value,
    }


def _find(request: StaffRequest, code: str) -> Acquirer:
    try:
        return queries.get_acquirer(actor=request.actor, code=code)
    except queries.AcquirerUnknown as unknown:
        raise Http404 from unknown


def _crumbs() -> list[Crumb]:
    return [Crumb(_("Channels and reconciliation")), Crumb(_("Gateways and agents"), reverse("web:acquirers"))]
