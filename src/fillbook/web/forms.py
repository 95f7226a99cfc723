"""Forms of our own pages; signing in has allauth's."""

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib.auth.password_validation import password_validators_help_text_html, validate_password
from django.core.exceptions import ValidationError

from fillbook.brokers.interface import FieldError
from fillbook.brokers.manifests import Manifest
from fillbook.storage.models import User
from fillbook.storage.stating import Wording


class SetUpForm(forms.Form):
    """The first user: the code that only who reads the terminal knows, and how they want to sign in."""

    code = forms.CharField(
        label="Set-up code",
        max_length=64,
        help_text="Printed in the terminal where Fillbook was started.",
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false", "class": "mono"}),
    )
    email = forms.EmailField(
        label="E-mail address",
        max_length=254,
        help_text="You sign in with it. Nothing is sent to it unless you set a mail server later.",
        widget=forms.EmailInput({"autocomplete": "username"}),
    )
    password = forms.CharField(
        label="Password",
        max_length=256,
        strip=False,
        help_text=password_validators_help_text_html,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        """Hold the password against the rules, the e-mail address known."""
        cleaned: dict[str, Any] = super().clean() or {}
        if password := cleaned.get("password"):
            try:
                validate_password(password, User(email=cleaned.get("email", "")))
            except ValidationError as error:
                self.add_error("password", error)
        return cleaned


class LinkForm(forms.Form):
    """What a broker's manifest asks for. Secrets are never sent back to the page, not even after an error."""

    def __init__(self, manifest: Manifest, *args: Any, renew: bool = False, **kwargs: Any) -> None:
        """Make the fields. renew: what is left empty stays as it is."""
        super().__init__(*args, **kwargs)
        for wanted in manifest.form:
            attributes: dict[str, str] = {
                "inputmode": wanted.inputmode,
                "autocomplete": wanted.autocomplete,
                "autocapitalize": "off",
                "spellcheck": "false",
                "class": "mono",
            }
            if wanted.pattern:
                attributes["pattern"] = wanted.pattern
                attributes["title"] = wanted.help
            widget = forms.PasswordInput(attributes) if wanted.secret else forms.TextInput(attributes)
            help_text = f"{wanted.help} Leave it empty to keep the one you have." if renew else wanted.help
            self.fields[wanted.name] = forms.CharField(
                label=wanted.label,
                help_text=help_text,
                max_length=wanted.maxlength,
                required=not renew,
                widget=widget,
                error_messages={"required": "Please fill this in."},
            )

    def refuse(self, errors: Iterable[FieldError]) -> None:
        """Show why the broker's connector does not take the answer."""
        for error in errors:
            self.add_error(error.field if error.field in self.fields else None, error.message)


class LookForm(forms.Form):
    """How pages look; a part that is not sent stays as it is."""

    theme = forms.ChoiceField(choices=User.Theme.choices, required=False)
    gain_colours = forms.ChoiceField(choices=User.GainColours.choices, required=False)


class OpeningForm(forms.Form):
    """What one held of an instrument before the history begins. `said` is what was typed, once the form is valid."""

    instrument = forms.ChoiceField(label="Instrument", error_messages={"invalid_choice": "Choose one of this account's instruments."})
    quantity = forms.CharField(
        label="Units held",
        max_length=40,
        help_text="With a minus sign if you were short.",
        widget=forms.TextInput({"inputmode": "text", "autocomplete": "off", "class": "num"}),
    )
    cost = forms.CharField(
        label="Cost of all of them",
        max_length=40,
        help_text="Fees included, in the instrument's currency. For a short position: what its sale brought.",
        widget=forms.TextInput({"inputmode": "decimal", "autocomplete": "off", "class": "num"}),
    )
    day = forms.DateField(
        label="Bought on",
        help_text="If you bought in parts, state each part by itself, or the day of the first.",
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
        error_messages={"invalid": "Enter a day, such as 2023-04-28."},
    )

    def __init__(self, instruments: Sequence[tuple[str, list[tuple[str, str]]]], *args: Any, **kwargs: Any) -> None:
        """Take the instruments to choose from, in groups."""
        super().__init__(*args, **kwargs)
        choice = self.fields["instrument"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [("", "Choose one"), *instruments]
        for field in self.fields.values():
            field.error_messages["required"] = "Please fill this in."

    def clean_quantity(self) -> Decimal:
        """A number as people write it."""
        return _number(self.cleaned_data["quantity"])

    def clean_cost(self) -> Decimal:
        """As `clean_quantity`."""
        return _number(self.cleaned_data["cost"])

    @property
    def said(self) -> Wording:
        """What the owner says."""
        typed = self.cleaned_data
        return Wording(typed["instrument"], typed["quantity"], typed["cost"], typed["day"])

    def refuse(self, field: str, message: str) -> None:
        """Show why it cannot be so."""
        self.add_error(field, message)


def _number(text: str) -> Decimal:
    """`1,234.5` or `-3`; digits alone, no exponent."""
    plain = text.strip().replace("\u2212", "-").replace(",", "").replace("\u202f", "").replace(" ", "")
    if not re.fullmatch(r"[+-]?(\d{1,24}(\.\d{0,24})?|\.\d{1,24})", plain, re.ASCII):
        raise ValidationError("Enter a number, such as 1250 or 12.5.")
    return Decimal(plain)
