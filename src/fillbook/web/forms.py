"""Forms of our own pages; signing in has allauth's."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import password_validators_help_text_html, validate_password
from django.core.exceptions import ValidationError
from django.utils import formats
from django.utils.translation import gettext as _

from fillbook.brokers.interface import BrokerConfig, FieldError
from fillbook.brokers.manifests import Manifest, Setting, SettingKind
from fillbook.storage.models import User
from fillbook.storage.stating import Wording
from fillbook.web.brokerwords import said
from fillbook.web.language import gettext_lazy

BROWSER: Final = "browser"
"""Stands for no language of one's own."""


class SetUpForm(forms.Form):
    """The first user: the code that only who reads the terminal knows, and how they want to sign in."""

    code = forms.CharField(
        label=gettext_lazy("Set-up code"),
        max_length=64,
        help_text=gettext_lazy("Printed in the terminal where Fillbook was started."),
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false", "class": "mono"}),
    )
    email = forms.EmailField(
        label=gettext_lazy("E-mail address"),
        max_length=254,
        help_text=gettext_lazy("You sign in with it. Nothing is sent to it unless you set a mail server later."),
        widget=forms.EmailInput({"autocomplete": "username"}),
    )
    password = forms.CharField(
        label=gettext_lazy("Password"),
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
            help_text = _("%(help)s Leave it empty to keep the one you have.") % {"help": wanted.help} if renew else wanted.help
            self.fields[wanted.name] = forms.CharField(
                label=wanted.label,
                help_text=help_text,
                max_length=wanted.maxlength,
                required=not renew,
                widget=widget,
                error_messages={"required": _("Please fill this in.")},
            )

    def refuse(self, errors: Iterable[FieldError]) -> None:
        """Show why the broker's connector does not take the answer."""
        for error in errors:
            self.add_error(error.field if error.field in self.fields else None, said(error.message))


class LookForm(forms.Form):
    """How pages look; a part that is not sent stays as it is."""

    theme = forms.ChoiceField(choices=User.Theme.choices, required=False)
    gain_colours = forms.ChoiceField(choices=User.GainColours.choices, required=False)
    locale = forms.ChoiceField(choices=[(BROWSER, BROWSER), *settings.LANGUAGES], required=False)
    amounts = forms.ChoiceField(choices=[("shown", "shown"), ("hidden", "hidden")], required=False)


@dataclass(frozen=True, slots=True)
class TradeRow:
    """What somebody says of one trade."""

    day: date
    quantity: Decimal
    price: Decimal


class AnswerForm(forms.Form):
    """Day, quantity and price of trades at given places of a list, to show that an account is one's own."""

    def __init__(self, places: Sequence[str], *args: Any, **kwargs: Any) -> None:
        """Make three fields for each place."""
        super().__init__(*args, **kwargs)
        self.places = tuple(places)
        for number in range(len(self.places)):
            self.fields[f"day{number}"] = forms.DateField(
                label=_("Day"), widget=forms.DateInput({"type": "date"}), input_formats=["%Y-%m-%d"]
            )
            for name, label in (("quantity", _("Quantity")), ("price", _("Price"))):
                widget = forms.TextInput({"inputmode": "decimal", "autocomplete": "off", "class": "num"})
                self.fields[f"{name}{number}"] = forms.CharField(label=label, max_length=40, widget=widget)

    def clean(self) -> dict[str, Any]:
        """Numbers as numbers."""
        cleaned: dict[str, Any] = super().clean() or {}
        for name in [name for name in cleaned if not name.startswith("day")]:
            try:
                cleaned[name] = _number(cleaned[name])
            except ValidationError as error:
                self.add_error(name, error)
        return cleaned

    @property
    def rows(self) -> list[TradeRow]:
        """What was said, once the form is valid."""
        said = self.cleaned_data
        return [TradeRow(said[f"day{number}"], said[f"quantity{number}"], said[f"price{number}"]) for number in range(len(self.places))]

    @property
    def by_place(self) -> list[tuple[str, list[forms.BoundField]]]:
        """Fields to show, place by place."""
        return [(place, [self[f"{name}{number}"] for name in ("day", "quantity", "price")]) for number, place in enumerate(self.places)]


class SettingsForm(forms.Form):
    """What the operator sets for a broker. A secret is never sent back; left empty it stays, unless it is to be forgotten."""

    def __init__(self, settings: Iterable[Setting], config: BrokerConfig | None, *args: Any, **kwargs: Any) -> None:
        """Make a field for each setting, filled with what is set unless that is a secret. config: None for something new."""
        super().__init__(*args, **kwargs)
        self._settings = tuple(settings)
        for one in self._settings:
            is_secret = one.kind is SettingKind.SECRET
            known = config is not None and one.name in config.secrets
            widget: forms.Widget = forms.PasswordInput({"autocomplete": "off"}) if is_secret else forms.TextInput({"autocomplete": "off"})
            if one.kind is SettingKind.CHOICE:
                widget = forms.Select(choices=[(choice, choice) for choice in one.choices])
            elif one.kind is SettingKind.HOST:
                widget.attrs["list"] = f"choices-{one.name}"
            kept = _("Set, and never shown again. Leave it empty to keep it.") if known else _("Not set.") if config is not None else ""
            self.fields[one.name] = forms.CharField(
                label=one.label,
                help_text=f"{one.help} {kept}".strip() if is_secret else one.help,
                required=False,
                max_length=4000,
                widget=widget,
                initial="" if is_secret or config is None else config.values.get(one.name, one.default),
            )
            if is_secret and known:
                self.fields[f"forget-{one.name}"] = forms.BooleanField(
                    label=_("Forget %(lower)s%(value)s") % {"lower": one.label[:1].lower(), "value": one.label[1:]}, required=False
                )

    @property
    def changes(self) -> dict[str, str]:
        """Name -> new value, "" to forget it; secrets that were left empty are not among them."""
        typed, changed = self.cleaned_data, {}
        for one in self._settings:
            if one.kind is not SettingKind.SECRET or typed[one.name] or typed.get(f"forget-{one.name}"):
                changed[one.name] = "" if typed.get(f"forget-{one.name}") else typed[one.name]
        return changed

    @property
    def hosts(self) -> list[tuple[str, tuple[str, ...]]]:
        """Ids of lists of hosts to choose from, with what is in them."""
        return [(f"choices-{one.name}", one.choices) for one in self._settings if one.kind is SettingKind.HOST]


class OpeningForm(forms.Form):
    """What one held of an instrument before the history begins. `said` is what was typed, once the form is valid."""

    instrument = forms.ChoiceField(
        label=gettext_lazy("Instrument"), error_messages={"invalid_choice": gettext_lazy("Choose one of this account's instruments.")}
    )
    quantity = forms.CharField(
        label=gettext_lazy("Units held"),
        max_length=40,
        help_text=gettext_lazy("With a minus sign if you were short."),
        widget=forms.TextInput({"inputmode": "text", "autocomplete": "off", "class": "num"}),
    )
    cost = forms.CharField(
        label=gettext_lazy("Cost of all of them"),
        max_length=40,
        help_text=gettext_lazy("Fees included, in the instrument's currency. For a short position: what its sale brought."),
        widget=forms.TextInput({"inputmode": "decimal", "autocomplete": "off", "class": "num"}),
    )
    day = forms.DateField(
        label=gettext_lazy("Bought on"),
        help_text=gettext_lazy("If you bought in parts, state each part by itself, or the day of the first."),
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
        error_messages={"invalid": gettext_lazy("Enter a day, such as 2023-04-28.")},
    )

    def __init__(self, instruments: Sequence[tuple[str, list[tuple[str, str]]]], *args: Any, **kwargs: Any) -> None:
        """Take the instruments to choose from, in groups."""
        super().__init__(*args, **kwargs)
        choice = self.fields["instrument"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [("", _("Choose one")), *instruments]
        for field in self.fields.values():
            field.error_messages["required"] = _("Please fill this in.")

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


def as_typed(value: Decimal) -> str:
    """A number as its reader would type it: what `_number` reads back, without grouping and trailing zeros."""
    return f"{value.normalize():f}".replace(".", formats.get_format("DECIMAL_SEPARATOR"))


def _number(text: str) -> Decimal:
    """A number as the reader's language writes it, `-1,234.5` or `-1.234,5`; digits alone, no exponent.

    Thousands are grouped in threes or not at all, so that a point that is meant otherwise is refused rather than read over.
    """
    between, point = formats.get_format("THOUSAND_SEPARATOR"), formats.get_format("DECIMAL_SEPARATOR")
    plain = re.sub(r"[ \u00a0\u202f]", "", text.strip().replace("\u2212", "-"))
    whole = rf"\d{{1,24}}|\d{{1,3}}({re.escape(between)}\d{{3}}){{1,7}}"
    if not re.fullmatch(rf"[+-]?(({whole})({re.escape(point)}\d{{0,24}})?|{re.escape(point)}\d{{1,24}})", plain, re.ASCII):
        example = f"1250 {_('or')} 12{point}5"
        raise ValidationError(_("Enter a number, such as %(example)s.") % {"example": example})
    return Decimal(plain.replace(between, "").replace(point, "."))
