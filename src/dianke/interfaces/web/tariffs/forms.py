"""Forms of proposals."""

from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from dianke.domain.tariffs.rules.documents import MAX_BYTES
from dianke.domain.tariffs.rules.revisions import Revision
from dianke.domain.tariffs.types import Evidence, PriceColumn, VersionPage
from dianke.interfaces.web.tariffs import words

_REASON_LENGTH = 400


class UploadForm(forms.Form):
    """A file of sheets and why it is proposed."""

    file = forms.FileField(
        label=_("Sheet file (XLSX or YAML)"),
        widget=forms.FileInput(attrs={"class": "form-control", "accept": ".xlsx,.yaml,.yml"}),
        error_messages={"required": _("Choose a file.")},
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=_REASON_LENGTH,
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
        help_text=_("Whoever decides reads it: which notice, and what it changes."),
        error_messages={"required": _("Say why.")},
    )

    def clean_file(self) -> Any:
        """Refuse a file that is larger than any sheet."""
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise forms.ValidationError(_("The file is larger than any sheet."))
        return file


class RevisionForm(forms.Form):
    """The head of a copy; its prices stand in the grid below."""

    sheet_id = forms.CharField(
        label=_("Sheet number"),
        max_length=60,
        validators=[RegexValidator(r"^[A-Z0-9][A-Z0-9_.-]{1,58}$", _("Capital letters, digits and hyphens."))],
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off", "spellcheck": "false"}),
    )
    start = forms.DateField(
        label=_("First day in force"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"class": "form-control", "type": "date"}),
    )
    last = forms.DateField(
        label=_("Last day in force"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"class": "form-control", "type": "date"}),
        help_text=_("Empty: until replaced."),
    )
    grade = forms.ChoiceField(
        label=_("Evidence"),
        choices=[(code, words.GRADES[code]) for code in "ABC"],
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    url = forms.URLField(
        label=_("Address of the notice"),
        max_length=400,
        assume_scheme="https",
        widget=forms.URLInput(attrs={"class": "form-control", "autocomplete": "off"}),
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=_REASON_LENGTH,
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
        help_text=_("Whoever decides reads it: which notice, and what it changes."),
    )

    def clean(self) -> dict[str, Any]:
        """Refuse a last day before the first."""
        cleaned: dict[str, Any] = super().clean() or {}
        start, last = cleaned.get("start"), cleaned.get("last")
        if start and last and last < start:
            self.add_error("last", _("The last day is before the first."))
        return cleaned


class Grid:
    """The prices of a version as fields: what was typed, and what is wrong with it."""

    def __init__(self, sheet: VersionPage, given: Any | None) -> None:
        self.sheet = sheet
        self.errors: dict[str, str] = {}
        self.cells: dict[tuple[int, PriceColumn], Decimal | None] = {}
        self.parts: dict[int, Decimal] = {}
        self._given = given
        if given is not None:
            self._read()

    def value_of(self, name: str, price: Decimal | None) -> str:
        """Return what a field shows: what was typed, else the price that is copied."""
        if self._given is not None and name in self._given:
            return str(self._given[name])
        return "" if price is None else f"{price.normalize():f}"

    def _read(self) -> None:
        for index, row in enumerate(self.sheet.rows):
            for column, price in row.prices.items():
                name = f"cell-{index}-{column.value}"
                if price.exists and name in self._given:  # type: ignore[operator]
                    self._read_cell(name, (index, column), price.value)
        for index, part in enumerate(self.sheet.components):
            name = f"part-{index}"
            typed = self._read_number(name) if name in self._given else part.price  # type: ignore[operator]
            if typed is not None and typed != part.price:
                self.parts[index] = typed

    def _read_cell(self, name: str, place: tuple[int, PriceColumn], before: Decimal | None) -> None:
        typed = self._read_number(name)
        if name not in self.errors and typed != before:
            self.cells[place] = typed

    def _read_number(self, name: str) -> Decimal | None:
        text = str(self._given[name]).strip().replace("，", "").replace(",", "")  # type: ignore[index]
        if not text:
            return None
        try:
            number = Decimal(text)
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite():
            self.errors[name] = str(_("This is no number."))
            return None
        return number


def to_revision(cleaned: dict[str, Any], grid: Grid) -> Revision:
    """Return what a valid form and grid ask for."""
    last: date | None = cleaned["last"]
    return Revision(
        sheet_id=cleaned["sheet_id"],
        start=cleaned["start"],
        # People write the last day; periods are half-open.
        end=last + timedelta(days=1) if last else None,
        evidence=Evidence(grade=cleaned["grade"], urls=(cleaned["url"],)),
        cells=grid.cells,
        components=grid.parts,
    )
