"""Fields of amounts: typed in yuan, kept in fen."""

from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from dianke.kernel.money import fen_to_yuan, yuan_to_fen

MOST_FEN = 10**13


class YuanField(forms.CharField):
    """An amount in yuan with at most two decimals; what is cleaned is fen, None where nothing is typed."""

    default_error_messages: ClassVar[dict[str, Any]] = {
        "unreadable": _("An amount in yuan with at most two decimals, as 128.50."),
        "too_large": _("The amount is too large."),
    }

    def __init__(self, **options: Any) -> None:
        attrs = {"autocomplete": "off", "class": "num", "inputmode": "decimal"} | options.pop("attrs", {})
        super().__init__(max_length=24, widget=forms.TextInput(attrs=attrs), **options)

    def prepare_value(self, value: Any) -> Any:
        """Return fen as the yuan that stand in the box; what was typed stays as typed."""
        return str(fen_to_yuan(value)) if isinstance(value, int) else value

    def to_python(self, value: Any) -> Any:
        """Return the fen of a typed amount."""
        text = str(value or "").replace(",", "").replace("，", "").strip()
        if not text:
            return None
        try:
            fen = yuan_to_fen(Decimal(text))
        except (InvalidOperation, ValueError, OverflowError) as error:
            raise forms.ValidationError(self.error_messages["unreadable"], code="unreadable") from error
        if not -MOST_FEN <= fen <= MOST_FEN:
            raise forms.ValidationError(self.error_messages["too_large"], code="too_large")
        return fen

    def validate(self, value: Any) -> None:
        """Refuse nothing where something is needed; zero is something."""
        if value is None and self.required:
            raise forms.ValidationError(self.error_messages["required"], code="required")

    def run_validators(self, value: Any) -> None:
        """Check no length: a number has none."""
