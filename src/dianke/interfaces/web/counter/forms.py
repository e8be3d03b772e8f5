"""Forms of the counter."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dianke.domain.receivables.types import Tender
from dianke.interfaces.web.counter.fields import YuanField
from dianke.interfaces.web.counter.words import name_face
from dianke.interfaces.web.payments.words import TENDERS

_PLAIN = {"autocomplete": "off"}
_FACE = "face_"


class OpenForm(forms.Form):
    """Where a shift is opened, and with what float."""

    unit = forms.ChoiceField(label=_("Unit"))
    float_fen = YuanField(
        label=_("Float (yuan)"), help_text=_("Cash in the drawer before the first customer; it stays with the counter.")
    )

    def __init__(self, *args: Any, units: Sequence[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["unit"].choices = units  # type: ignore[attr-defined]


class TakeForm(forms.Form):
    """One payment; `serial` makes the second press of a button the same payment."""

    shift = forms.CharField(widget=forms.HiddenInput, max_length=40)
    serial = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    account = forms.CharField(widget=forms.HiddenInput, max_length=20, required=False)
    payer = forms.CharField(widget=forms.HiddenInput, max_length=20, required=False)
    amount = YuanField(label=_("Amount (yuan)"), attrs={"autofocus": True})
    tender = forms.ChoiceField(
        label=_("Paid by"),
        choices=[(one.value, TENDERS[one.value]) for one in (Tender.CASH, Tender.CARD, Tender.CHEQUE)],
        widget=forms.RadioSelect,
        initial=Tender.CASH.value,
    )
    tendered = YuanField(label=_("Handed over (yuan)"), required=False, help_text=_("Empty where it is exact."))
    slip_number = forms.CharField(
        label=_("Number of the slip or cheque"), max_length=40, required=False, widget=forms.TextInput(attrs=_PLAIN)
    )
    bank_name = forms.CharField(
        label=_("Bank of the cheque"), max_length=60, required=False, widget=forms.TextInput(attrs=_PLAIN)
    )
    drawer = forms.CharField(
        label=_("Drawer of the cheque"),
        max_length=80,
        required=False,
        help_text=_("Where it is not the customer."),
        widget=forms.TextInput(attrs=_PLAIN),
    )
    terminal = forms.ChoiceField(label=_("Card terminal"), required=False)
    summary = forms.CharField(label=_("Note"), max_length=120, required=False, widget=forms.TextInput(attrs=_PLAIN))

    def __init__(self, *args: Any, terminals: Sequence[tuple[str, str]] = (), **options: Any) -> None:
        super().__init__(*args, **options)
        if len(terminals) > 1:
            self.fields["terminal"].choices = [("", "–"), *terminals]  # type: ignore[attr-defined]
        else:
            # The only one of a counter is taken by itself.
            del self.fields["terminal"]

    def read(self) -> dict[str, Any]:
        """Return what is typed as the use case takes it; boxes that belong to another tender are left out."""
        given = self.cleaned_data
        tender = Tender(given["tender"])
        terminal = given.get("terminal", "")
        is_cash = tender is Tender.CASH
        return {
            "shift_number": given["shift"],
            "serial": given["serial"],
            "account_number": given["account"],
            "payer_number": given["payer"],
            "amount_fen": given["amount"],
            "tender": tender,
            "tendered_fen": given["tendered"] if is_cash else None,
            "slip_number": "" if is_cash else given["slip_number"],
            "bank_name": given["bank_name"] if tender is Tender.CHEQUE else "",
            "drawer": given["drawer"] if tender is Tender.CHEQUE else "",
            "terminal": terminal if tender is Tender.CARD else "",
            "summary": given["summary"],
        }


class CountForm(forms.Form):
    """How many of each face are in the drawer."""

    def __init__(
        self, *args: Any, faces: Sequence[int], pieces: Mapping[int, int] | None = None, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.faces = tuple(faces)
        for at, face in enumerate(faces):
            attrs = {**_PLAIN, "class": "num", "inputmode": "numeric", "data-face": str(face)}
            self.fields[f"{_FACE}{face}"] = forms.IntegerField(
                label=name_face(face),
                min_value=0,
                max_value=1_000_000,
                required=False,
                initial=(pieces or {}).get(face),
                widget=forms.TextInput(attrs=attrs | ({"autofocus": True} if at == 0 else {})),
            )
        self.fields["explanation"] = forms.CharField(
            label=_("Explanation of a difference"),
            max_length=300,
            required=False,
            help_text=_("Only where the count differs from the books."),
            widget=forms.TextInput(attrs=_PLAIN),
        )

    def list_faces(self) -> list[tuple[int, forms.BoundField]]:
        """Return the boxes of the faces, largest first."""
        return [(face, self[f"{_FACE}{face}"]) for face in self.faces]

    def read_pieces(self) -> dict[int, int]:
        """Return face in fen to how many of it; an empty box is none."""
        return {face: self.cleaned_data.get(f"{_FACE}{face}") or 0 for face in self.faces}


class HandOverForm(forms.Form):
    """Cash that was brought to the bank."""

    amount = YuanField(label=_("Amount (yuan)"))
    slip_number = forms.CharField(
        label=_("Number of the bank's slip"), max_length=40, widget=forms.TextInput(attrs=_PLAIN)
    )
    deposited_on = forms.DateField(
        label=_("Brought on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
