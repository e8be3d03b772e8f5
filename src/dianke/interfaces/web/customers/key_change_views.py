"""Key data: asked for by one person, decided by another."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dianke.application.archive import key_changes
from dianke.application.archive.key_changes import APPROVE, ASK
from dianke.domain.customers.models import CustomerAccount, KeyChange
from dianke.domain.customers.operations import read_key_value
from dianke.domain.customers.queries.details import list_key_changes as query_key_changes
from dianke.domain.customers.rules.key_data import OF_ACCOUNT, PARTS
from dianke.domain.customers.types import KeyChangeState, KeyField
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.components.filters import FilterChip
from dianke.interfaces.web.components.page import Crumb, Page
from dianke.interfaces.web.components.paging import page_by_key
from dianke.interfaces.web.components.states import state_chip
from dianke.interfaces.web.customers import key_change_words, words
from dianke.interfaces.web.customers.form_pages import (
    FormPage,
    answer_act,
    answer_form,
    choose,
    found,
    get_customer,
    url_of_customer,
)
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.requests import StaffRequest
from dianke.kernel.clock import SystemClock
from dianke.kernel.errors import DomainError

_LENGTHS = {"name": 120, "number": 40, "bank_name": 80, "bank_code": 20, "holder": 120, "persons": 2}
_OPTIONAL = {"bank_code"}


class KeyChangeForm(forms.Form):
    """The parts of one field, and why."""

    def __init__(self, *args: Any, field: KeyField, **options: Any) -> None:
        super().__init__(*args, **options)
        for part in PARTS[field]:
            self.fields[part] = _make_part(field, part)
        self.fields["reason"] = forms.CharField(
            label=_("Reason"),
            max_length=200,
            widget=forms.TextInput(attrs={"autocomplete": "off"}),
            error_messages={"required": _("Say why; the other person decides by it.")},
        )


@require_GET
@page_right(ASK)
def choose_field(request: StaffRequest, number: str) -> HttpResponse:
    """Show the key data of a customer as it stands, each with the way to a change."""
    customer = get_customer(request.actor, number, ASK)
    accounts = CustomerAccount.objects.for_actor(request.actor, ASK).filter(customer=customer).order_by("number")
    today = SystemClock().now().date()
    subjects: list[CustomerAccount | None] = [None, *accounts]
    lines = []
    for account in subjects:
        for field in KeyField:
            if (field in OF_ACCOUNT) is (account is not None):
                value = read_key_value(field=field, customer=customer, account=account, on=today)
                lines.append(
                    {
                        "account": account,
                        "label": words.KEY_FIELDS[field.value],
                        "values": key_change_words.describe_value(field, value),
                        "url": _url_to_ask(number, field, account),
                    }
                )
    head = Page(
        title=_("Change key data"),
        number=customer.number,
        facts=[customer.name],
        crumbs=[Crumb(_("Customer list"), reverse("web:customers")), Crumb(customer.name, url_of_customer(customer))],
        help=[_("Name, identity, class, persons and bank account change only when a second person agrees.")],
    )
    return render(request, "customers/key_data.html", {"page": head, "lines": lines})


@require_http_methods(["GET", "POST"])
@page_right(ASK)
def ask_change(request: StaffRequest, number: str, field: str) -> HttpResponse:
    """Ask for a change of one field."""
    customer = get_customer(request.actor, number, ASK)
    key_field = _read_field(field)
    account = None
    if key_field in OF_ACCOUNT:
        rows = CustomerAccount.objects.for_actor(request.actor, ASK).filter(customer=customer)
        account = found(rows.filter(number=request.GET.get("account", "")).first())
    at = SystemClock().now()
    value = read_key_value(field=key_field, customer=customer, account=account, on=at.date())
    # Numbers are not written into the form: who asks for a change types the new one.
    initial = {part: text for part, text in value.items() if part != "number"}
    form = KeyChangeForm(request.POST or None, field=key_field, initial=initial)

    def carry_out(values: dict[str, Any]) -> str:
        change = key_changes.ask_key_change(
            actor=request.actor,
            customer=customer,
            account=account,
            field=key_field,
            value={part: values[part] for part in PARTS[key_field]},
            reason=values["reason"],
            at=at,
        )
        return reverse("web:key_change", args=[change.pk])

    page = FormPage(
        title=words.KEY_FIELDS[key_field.value],
        number=account.number if account else customer.number,
        facts=[customer.name],
        act=_("Ask for the change"),
        back_url=reverse("web:key_data", args=[customer.number]),
        intro=_("Nothing changes until another person has agreed."),
        values={"before": key_change_words.describe_value(key_field, value)},
    )
    return answer_form(request, form, page, carry_out, done=gettext_lazy("The change waits for another person."))


@require_GET
@page_right("archive.view")
def list_key_changes(request: StaffRequest) -> HttpResponse:
    """List the changes of key data, those that wait unless others are asked for."""
    state = request.GET.get("state", KeyChangeState.PENDING.value)
    rows: QuerySet[KeyChange] = query_key_changes(actor=request.actor)
    if state in set(KeyChangeState):
        rows = rows.filter(state=state)
    page = page_by_key(rows, order=["-asked_at", "-id"], at=request.GET.get("at", ""))
    names = Names(login for change in page.rows for login in (change.asked_by, change.decided_by))
    choices = [(one.value, str(state_chip("key_change", one.value).label)) for one in KeyChangeState]
    values = {
        "page": Page(
            title=_("Changes of key data"),
            crumbs=[Crumb(_("Customers"))],
            help=[_("What somebody asked for and another person decides. Your own requests you can take back.")],
        ),
        "filters": [
            FilterChip(label, f"{reverse('web:key_changes')}?{urlencode({'state': code})}", code == state)
            for code, label in [*choices, ("ALL", _("All"))]
        ],
        "paged": page,
        "rows": [
            (change, words.KEY_FIELDS[change.field], names.of(change.asked_by), names.of(change.decided_by))
            for change in page.rows
        ],
    }
    return render(request, "customers/key_changes.html", values)


@require_GET
@page_right("archive.view")
def show_key_change(request: StaffRequest, key: int) -> HttpResponse:
    """Show a change with both versions side by side, and what the reader may do with it."""
    return _show(request, _get_change(request, key), whole=False)


@require_POST
@page_right(APPROVE)
def decide_key_change(request: StaffRequest, key: int) -> HttpResponse:
    """Approve or refuse a change."""
    change = _get_change(request, key)
    at = SystemClock().now()
    reason = request.POST.get("reason", "")[:200]
    if request.POST.get("decision") == "reject":
        return answer_act(
            request,
            reverse("web:key_change", args=[key]),
            lambda: key_changes.reject_key_change(actor=request.actor, change=change, at=at, reason=reason),
            done=gettext_lazy("The change is refused."),
        )
    return answer_act(
        request,
        reverse("web:key_change", args=[key]),
        lambda: key_changes.approve_key_change(actor=request.actor, change=change, at=at, reason=reason),
        done=gettext_lazy("The change is carried out."),
    )


@require_POST
@page_right(ASK)
def withdraw_key_change(request: StaffRequest, key: int) -> HttpResponse:
    """Take back a change of one's own."""
    change = _get_change(request, key)
    return answer_act(
        request,
        reverse("web:key_change", args=[key]),
        lambda: key_changes.withdraw_key_change(
            actor=request.actor, change=change, at=SystemClock().now(), reason=request.POST.get("reason", "")[:200]
        ),
        done=gettext_lazy("The change is taken back."),
    )


@require_POST
@page_right(APPROVE)
def reveal_key_change(request: StaffRequest, key: int) -> HttpResponse:
    """Show the numbers of a change whole, once, for a reason that stays in the trail."""
    change = _get_change(request, key)
    try:
        key_changes.reveal_key_change(actor=request.actor, change=change, reason=request.POST.get("reason", "")[:200])
    except DomainError as error:
        return _show(request, change, whole=False, refusal=error)
    return _show(request, change, whole=True)


def _show(request: StaffRequest, change: KeyChange, *, whole: bool, refusal: DomainError | None = None) -> HttpResponse:
    from dianke.interfaces.web.shell.errors import explain

    names = Names([change.asked_by, change.decided_by])
    is_pending = change.state == KeyChangeState.PENDING.value
    actor = request.actor
    is_own = change.asked_by == actor.login
    field = KeyField(change.field)
    head = Page(
        title=words.KEY_FIELDS[change.field],
        number=change.account.number if change.account else change.customer.number,
        facts=[change.customer.name, change.unit.name],
        crumbs=[Crumb(_("Customers")), Crumb(_("Changes of key data"), reverse("web:key_changes"))],
        chips=[state_chip("key_change", change.state)],
        menu_url=reverse("web:key_changes"),
        help=[_("Both versions stand side by side; what differs is marked. Whoever asked cannot approve.")],
    )
    values = {
        "page": head,
        "change": change,
        "versions": key_change_words.compare_versions(change, whole=whole),
        "asker": names.of(change.asked_by),
        "decider": names.of(change.decided_by),
        "may_decide": is_pending and not is_own and actor.may(APPROVE, change.unit.path),
        "may_withdraw": is_pending and is_own and actor.may(ASK),
        "is_own": is_own,
        "may_reveal": key_change_words.is_masked(field) and not whole and key_changes.may_reveal(actor, change),
        "is_whole": whole,
        "refusal": explain(refusal) if refusal else "",
        "customer_url": url_of_customer(change.customer),
    }
    return render(request, "customers/key_change.html", values, status=422 if refusal else 200)


def _get_change(request: StaffRequest, key: int) -> KeyChange:
    rows = query_key_changes(actor=request.actor).select_related("unit")
    change: KeyChange = found(rows.filter(pk=key).first())
    return change


def _read_field(field: str) -> KeyField:
    code = field.upper().replace("-", "_")
    if code not in set(KeyField):
        raise Http404
    return KeyField(code)


def _url_to_ask(number: str, field: KeyField, account: CustomerAccount | None) -> str:
    url = reverse("web:key_change_ask", args=[number, field.value.lower().replace("_", "-")])
    return f"{url}?{urlencode({'account': account.number})}" if account else url


def _make_part(field: KeyField, part: str) -> forms.Field:
    label: Any = key_change_words.PART_LABELS[field, part]
    codes = key_change_words.CODES.get((field, part))
    if codes is not None:
        return forms.ChoiceField(label=label, choices=choose(codes))
    return forms.CharField(
        label=label,
        max_length=_LENGTHS[part],
        required=part not in _OPTIONAL,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Enter the new value.")},
    )
