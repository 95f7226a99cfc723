"""Personal tokens for the API: a list, one more, one less. A new one is shown once, on the answer to the form that made it."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from fillbook.storage.access import token_for, tokens_of
from fillbook.storage.models import ApiToken
from fillbook.storage.tokens import LONGEST_NAME, MOST, USUAL_DAYS, CannotMake, Scope, make_token
from fillbook.storage.tokens import revoke as revoke_token
from fillbook.web.language import gettext_lazy
from fillbook.web.viewer import recently_confirmed, viewer

SCOPES: Final = {
    Scope.READ: gettext_lazy("Read what the pages show"),
    Scope.WORDS: gettext_lazy(
        "Write notes, tags, plans, campaigns and views, cut and join trades, state opening balances, put notices away"
    ),
    Scope.SYNC: gettext_lazy("Fetch now, and earlier years"),
}
DAYS: Final = (
    (30, gettext_lazy("30 days")),
    (USUAL_DAYS, gettext_lazy("90 days")),
    (180, gettext_lazy("180 days")),
    (365, gettext_lazy("One year")),
)


@dataclass(frozen=True, slots=True)
class TokenRow:
    """A token as a line. may: what it may do, in words."""

    pk: int
    name: str
    begins: str
    may: str
    expires: date
    expired: bool
    used: date | None


class TokenForm(forms.Form):
    """One more token."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=LONGEST_NAME,
        help_text=gettext_lazy("What you use it for, such as a notebook or a home server."),
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    words = forms.BooleanField(label=SCOPES[Scope.WORDS], required=False)
    sync = forms.BooleanField(label=SCOPES[Scope.SYNC], required=False)
    days = forms.TypedChoiceField(label=gettext_lazy("Works for"), choices=DAYS, coerce=int, initial=USUAL_DAYS)

    def scopes(self) -> list[str]:
        """Those ticked; reading is always among them."""
        return [Scope.READ, *(scope for scope in (Scope.WORDS, Scope.SYNC) if self.cleaned_data[scope.value])]


@require_http_methods(["GET", "HEAD", "POST"])
@recently_confirmed
def tokens(request: HttpRequest) -> HttpResponse:
    """The viewer's tokens; a POST makes one more."""
    user = viewer(request)
    form, made = TokenForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        try:
            _token, made = make_token(user, form.cleaned_data["name"], form.scopes(), form.cleaned_data["days"])
            form = TokenForm()
        except CannotMake:
            form.add_error("name", _("Choose a plain name; of %(most)s tokens, revoke one first.") % {"most": MOST})
    context: dict[str, Any] = {"form": form, "made": made, "tokens": [_row(token) for token in tokens_of(user)]}
    return render(request, "pages/tokens.html", context, status=422 if form.errors else 200)


@require_POST
def revoke(request: HttpRequest, token_id: int) -> HttpResponse:
    """Let one work no more."""
    token = token_for(viewer(request), token_id)
    revoke_token(token)
    messages.success(request, _("“%(name)s” works no more.") % {"name": token.name})
    return redirect("tokens")


def _row(token: ApiToken) -> TokenRow:
    return TokenRow(
        pk=token.pk,
        name=token.name,
        begins=token.begins,
        may=" · ".join(str(SCOPES[Scope(scope)]) for scope in token.scopes),
        expires=token.expires_at.date(),
        expired=token.expires_at <= timezone.now(),
        used=token.last_used_on,
    )
