"""The fields that several forms about files have."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms

from reference.months import parse_month


class MonthField(forms.CharField):
    """A month typed as AAAA-MM; cleaned to the date of its first day, None when left empty."""

    def __init__(self, *, help_text: str, **kwargs: Any) -> None:
        super().__init__(
            required=False,
            help_text=help_text,
            widget=forms.TextInput(
                attrs={"class": "fr-input", "autocomplete": "off", "placeholder": "2026-01"}
            ),
            **kwargs,
        )

    def clean(self, value: Any) -> dt.date | None:
        """Read the month.

        Raises:
            ValidationError: it is none.
        """
        text: str = super().clean(value)
        if not text:
            return None
        try:
            return parse_month(text)
        except ValueError:
            raise forms.ValidationError(
                "Écrivez le mois sous la forme AAAA-MM, par exemple 2026-01."
            ) from None
