"""Contacts, consent, marks, equipment, old numbers and plain facts: one form each."""

from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from dianke.application.archive import belongings
from dianke.application.archive.belongings import CONSENT
from dianke.application.archive.entry import ENTER
from dianke.application.archive.narrowing import EDIT
from dianke.domain.customers.models import (
    Consent,
    Contact,
    Customer,
    CustomerAccount,
    CustomerEquipment,
    ServiceLocation,
    SpecialMark,
)
from dianke.domain.customers.types import (
    ConsentChannel,
    ConsentPurpose,
    ContactLanguage,
    ContactRole,
    EquipmentCondition,
    EquipmentKind,
    Interlock,
    MarkKind,
    NewContact,
    NewEquipment,
    NewMark,
    PreferredChannel,
)
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.components.page import Text
from dianke.interfaces.web.customers import belonging_forms as own_forms
from dianke.interfaces.web.customers.entry_forms import PLACE_PARTS, PlaceForm
from dianke.interfaces.web.customers.form_pages import (
    FormPage,
    answer_act,
    answer_form,
    found,
    get_account,
    get_customer,
    url_of_customer,
)
from dianke.interfaces.web.customers.uploads import read_upload
from dianke.interfaces.web.requests import StaffRequest
from dianke.kernel.clock import SystemClock

_FORM = ["GET", "POST"]
# What a form may show of a contact as it stands; numbers and birthday stay unless others are typed.
_OPEN_FIELDS = (
    "name", "role", "office", "preferred", "note", "is_decision_maker", "channel", "language", "quiet_from",
    "quiet_until", "do_not_disturb",
)  # fmt: skip


@require_http_methods(_FORM)
@page_right(ENTER)
def add_contact(request: StaffRequest, number: str) -> HttpResponse:
    """Add a contact of a customer."""
    customer = get_customer(request.actor, number, ENTER)
    form = own_forms.ContactForm(request.POST or None)
    back = url_of_customer(customer, "customer_contacts")

    def carry_out(values: dict[str, Any]) -> str:
        belongings.add_contact(actor=request.actor, customer=customer, contact=_read_contact(customer.pk, values))
        return back

    return answer_form(request, form, _page(_("Add a contact"), _("Add"), back, customer), carry_out)


@require_http_methods(_FORM)
@page_right(ENTER)
def change_contact(request: StaffRequest, key: int) -> HttpResponse:
    """Change a contact; its numbers stay unless others are typed."""
    contact = _get(Contact, request, ENTER, key, "customer")
    initial = {name: getattr(contact, name) for name in _OPEN_FIELDS}
    form = own_forms.ContactForm(request.POST or None, initial=initial, keeps_numbers=True)
    back = url_of_customer(contact.customer, "customer_contacts")

    def carry_out(values: dict[str, Any]) -> str:
        birthday = date.fromisoformat(contact.birthday) if contact.birthday else None
        kept = {
            "phone": values["phone"] or contact.phone,
            "email": values["email"] or contact.email,
            "birthday": values["birthday"] or birthday,
        }
        wanted = _read_contact(contact.customer_id, {**values, **kept})
        belongings.change_contact(actor=request.actor, contact=contact, wanted=wanted)
        return back

    page = _page(_("Change a contact"), _("Save"), back, contact.customer)
    if contact.period.upper is None:
        end_url = reverse("web:contact_end", args=[contact.pk])
        page.values.update(other_url=end_url, other_act=_("The contact holds no longer"))
    return answer_form(request, form, page, carry_out)


@require_POST
@page_right(ENTER)
def end_contact(request: StaffRequest, key: int) -> HttpResponse:
    """Let a contact end today."""
    contact = _get(Contact, request, ENTER, key, "customer")
    today = SystemClock().now().date()
    # A contact that began today holds for the one day, for no period is empty.
    on = max(today, contact.period.lower + timedelta(days=1))
    return answer_act(
        request,
        url_of_customer(contact.customer, "customer_contacts"),
        lambda: belongings.end_contact(actor=request.actor, contact=contact, on=on),
        done=gettext_lazy("The contact has ended."),
    )


@require_http_methods(_FORM)
@page_right(CONSENT)
def record_consent(request: StaffRequest, number: str) -> HttpResponse:
    """Record that a customer agreed to a purpose."""
    customer = get_customer(request.actor, number, CONSENT)
    contacts = Contact.objects.for_actor(request.actor, CONSENT).filter(customer=customer).order_by("id")
    form = own_forms.ConsentForm(request.POST or None, request.FILES or None, contacts=list(contacts))
    back = url_of_customer(customer, "customer_contacts")

    def carry_out(values: dict[str, Any]) -> str:
        belongings.record_consent(
            actor=request.actor,
            customer=customer,
            purpose=ConsentPurpose(values["purpose"]),
            channel=ConsentChannel(values["channel"]),
            at=SystemClock().now(),
            contact=next((one for one in contacts if str(one.pk) == values["contact"]), None),
            evidence=read_upload(values["evidence"]),
        )
        return back

    return answer_form(request, form, _page(_("Record a consent"), _("Record"), back, customer), carry_out)


@require_POST
@page_right(CONSENT)
def withdraw_consent(request: StaffRequest, key: int) -> HttpResponse:
    """End a consent now."""
    consent = _get(Consent, request, CONSENT, key, "customer")
    return answer_act(
        request,
        url_of_customer(consent.customer, "customer_contacts"),
        lambda: belongings.withdraw_consent(actor=request.actor, consent=consent, at=SystemClock().now()),
        done=gettext_lazy("The consent is withdrawn."),
    )


@require_http_methods(_FORM)
@page_right(ENTER)
def give_mark(request: StaffRequest, number: str) -> HttpResponse:
    """Give an account a mark with its proof."""
    account = get_account(request.actor, number, ENTER)
    today = SystemClock().now().date()
    form = own_forms.MarkForm(request.POST or None, request.FILES or None, initial={"start_date": today})
    back = url_of_customer(account.customer, "customer_contacts")

    def carry_out(values: dict[str, Any]) -> str:
        mark = NewMark(
            account_id=account.pk,
            kind=MarkKind(values["kind"]),
            start_date=values["start_date"],
            end_date=values["end_date"],
            persons=values["persons"] or 0,
            proof_number=values["proof_number"],
            note=values["note"],
        )
        proof = read_upload(values["proof"])
        belongings.give_mark(actor=request.actor, account=account, mark=mark, proof=proof, at=SystemClock().now())
        return back

    intro = _("The mark says what the account is entitled to; tiers and free quota change with its billing terms.")
    page = _page(_("Give a mark"), _("Give the mark"), back, account.customer, number=account.number, intro=intro)
    return answer_form(request, form, page, carry_out)


@require_http_methods(_FORM)
@page_right(ENTER)
def end_mark(request: StaffRequest, key: int) -> HttpResponse:
    """Let a mark end before its time, for a reason."""
    mark = found(
        SpecialMark.objects.for_actor(request.actor, ENTER)
        .filter(pk=key)
        .select_related("account__customer__unit")
        .first()
    )
    form = own_forms.EndMarkForm(request.POST or None, initial={"on": SystemClock().now().date()})
    back = url_of_customer(mark.account.customer, "customer_contacts")

    def carry_out(values: dict[str, Any]) -> str:
        belongings.end_mark(actor=request.actor, mark=mark, on=values["on"], reason=values["reason"])
        return back

    page = _page(_("End a mark"), _("End the mark"), back, mark.account.customer, number=mark.account.number)
    return answer_form(request, form, page, carry_out)


@require_http_methods(_FORM)
@page_right(ENTER)
def add_equipment(request: StaffRequest, number: str) -> HttpResponse:
    """Enter a thing of the customer's own."""
    customer = get_customer(request.actor, number, ENTER)
    form = own_forms.EquipmentForm(request.POST or None)
    back = url_of_customer(customer)

    def carry_out(values: dict[str, Any]) -> str:
        equipment = NewEquipment(
            customer_id=customer.pk,
            kind=EquipmentKind(values["kind"]),
            name=values["name"],
            condition=EquipmentCondition(values["condition"]),
            capacity_kw=values["capacity_kw"],
            quantity=values["quantity"] or 1,
            checked_date=values["checked_date"],
            next_check_date=values["next_check_date"],
            start_seconds=values["start_seconds"],
            interlock=Interlock(values["interlock"]) if values["interlock"] else None,
            tested_date=values["tested_date"],
        )
        belongings.add_equipment(actor=request.actor, equipment=equipment)
        return back

    return answer_form(request, form, _page(_("Add equipment"), _("Add"), back, customer), carry_out)


@require_http_methods(_FORM)
@page_right(ENTER)
def record_check(request: StaffRequest, key: int) -> HttpResponse:
    """Note how equipment stood and when it is looked at next."""
    equipment = _get(CustomerEquipment, request, ENTER, key, "customer")
    initial = {"condition": equipment.condition, "checked_date": SystemClock().now().date()}
    form = own_forms.CheckForm(request.POST or None, initial=initial)
    back = url_of_customer(equipment.customer)

    def carry_out(values: dict[str, Any]) -> str:
        belongings.record_check(
            actor=request.actor,
            equipment=equipment,
            condition=EquipmentCondition(values["condition"]),
            checked_date=values["checked_date"],
            next_check_date=values["next_check_date"],
            tested_date=values["tested_date"],
        )
        return back

    page = _page(_("Record a check"), _("Save"), back, equipment.customer, intro=equipment.name)
    return answer_form(request, form, page, carry_out)


@require_http_methods(_FORM)
@page_right(ENTER)
def add_alias(request: StaffRequest, number: str) -> HttpResponse:
    """Note a number that an account bore before."""
    account = get_account(request.actor, number, ENTER)
    form = own_forms.AliasForm(request.POST or None)
    back = url_of_customer(account.customer, "customer_merged")

    def carry_out(values: dict[str, Any]) -> str:
        belongings.add_alias(actor=request.actor, account=account, number=values["number"], origin=values["origin"])
        return back

    page = _page(_("Add an old number"), _("Add"), back, account.customer, number=account.number)
    return answer_form(request, form, page, carry_out)


@require_http_methods(_FORM)
@page_right(EDIT)
def change_customer(request: StaffRequest, number: str) -> HttpResponse:
    """Change the plain facts of a customer; key data goes by a second person."""
    customer = get_customer(request.actor, number, EDIT)
    initial = {"short_name": customer.short_name, "industry_code": customer.industry_code}
    form = own_forms.CustomerForm(request.POST or None, initial=initial)
    back = url_of_customer(customer)

    def carry_out(values: dict[str, Any]) -> str:
        belongings.change_customer(
            actor=request.actor,
            customer=customer,
            short_name=values["short_name"],
            industry_code=values["industry_code"],
        )
        return back

    intro = _("Name, identity, class, persons and bank account change only when a second person agrees.")
    return answer_form(request, form, _page(_("Edit the customer"), _("Save"), back, customer, intro=intro), carry_out)


@require_http_methods(_FORM)
@page_right(EDIT)
def change_place(request: StaffRequest, code: str) -> HttpResponse:
    """Change the address of a place."""
    rows = ServiceLocation.objects.for_actor(request.actor, EDIT)
    location = found(rows.filter(code=code).first())
    parts = {name: getattr(location, name) for name in PLACE_PARTS}
    if not any(parts.values()):
        # An address that came as one line is taken apart by whoever edits it.
        parts["road"] = location.address[:40]
    initial = {**parts, "longitude": location.longitude, "latitude": location.latitude}
    form = PlaceForm(request.POST or None, initial=initial)
    account = CustomerAccount.objects.for_actor(request.actor).filter(usage_points__location=location).first()
    back = reverse("web:customer_account", args=[account.number]) if account else reverse("web:customers")

    def carry_out(values: dict[str, Any]) -> str:
        belongings.change_location(
            actor=request.actor,
            location=location,
            parts=form.read_parts(),
            longitude=values["longitude"],
            latitude=values["latitude"],
        )
        return back

    page = FormPage(
        title=_("Edit the place"),
        number=location.code,
        act=_("Save"),
        back_url=back,
        values={"before": [(_("Address"), location.address)]},
    )
    return answer_form(request, form, page, carry_out)


def _page(title: Text, act: Text, back: str, customer: Customer, *, number: str = "", intro: Text = "") -> FormPage:
    return FormPage(
        title=title, act=act, back_url=back, number=number or customer.number, facts=[customer.name], intro=intro
    )


def _get(model: Any, request: StaffRequest, right: str, key: int, subject: str) -> Any:
    rows = model.objects.for_actor(request.actor, right).filter(pk=key)
    return found(rows.select_related(subject, f"{subject}__unit").first())


def _read_contact(customer_id: int, values: dict[str, Any]) -> NewContact:
    return NewContact(
        customer_id=customer_id,
        name=values["name"],
        role=ContactRole(values["role"]),
        start_date=SystemClock().now().date(),
        office=values["office"],
        phone=values["phone"],
        email=values["email"],
        preferred=values["preferred"],
        note=values["note"],
        is_decision_maker=values["is_decision_maker"],
        birthday=values["birthday"],
        channel=PreferredChannel(values["channel"]) if values["channel"] else None,
        language=ContactLanguage(values["language"]) if values["language"] else None,
        quiet_from=values["quiet_from"],
        quiet_until=values["quiet_until"],
        do_not_disturb=values["do_not_disturb"],
    )
