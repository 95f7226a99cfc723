"""The mail server that notices go out by, which the operator sets; its password is sealed and never shown."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from fillbook.storage.models import SecurityEvent, User
from fillbook.sync import operators
from fillbook.sync.mail import MailRefused, send_test
from fillbook.web.brokerwords import said
from fillbook.web.viewer import recently_confirmed, viewer


class OperatorSecretForm(forms.Form):
    """What one of the operator's settings asks for. Secrets are never sent back to the page."""

    def __init__(self, wanted: operators.OperatorForm, *args: Any, is_set: bool = False, **kwargs: Any) -> None:
        """Make the fields. is_set: an empty secret keeps the one there is."""
        super().__init__(*args, **kwargs)
        for one in wanted.fields:
            attributes = {"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false", "inputmode": one.inputmode}
            kept = _(" Leave it empty to keep the one you have.") if one.secret and is_set else ""
            self.fields[one.name] = forms.CharField(
                label=_(one.label),
                help_text=_(one.help) + kept,
                max_length=one.maxlength,
                required=one.name not in wanted.optional and not (one.secret and is_set),
                strip=not one.secret,
                widget=forms.PasswordInput(attributes) if one.secret else forms.TextInput(attributes),
                error_messages={"required": _("Please fill this in.")},
            )


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@recently_confirmed
def mail(request: HttpRequest) -> HttpResponse:
    """Show what is set, without its password; a POST saves, tries or removes it."""
    user = viewer(request)
    if not user.is_operator:
        return redirect("settings")
    if request.method == "POST" and request.POST.get("do") in {"test", "remove"}:
        return _test(request, user) if request.POST["do"] == "test" else _remove(request, user)
    wanted, present = operators.form_of(operators.MAIL), operators.present(operators.MAIL)
    initial = present or {"port": "587", "security": "starttls"}
    form = OperatorSecretForm(wanted, request.POST or None, initial=initial, is_set=present is not None)
    if request.method == "POST" and form.is_valid():
        errors = operators.change(operators.MAIL, form.cleaned_data)
        if not errors:
            SecurityEvent.objects.create(user=user, what="mail_server_set")
            messages.success(request, _("Saved. Send yourself a test message to see that it works."))
            return redirect("settings-mail")
        for error in errors:
            form.add_error(error.field, said(error.message))
    context = {"form": form, "is_set": present is not None}
    return render(request, "pages/mail.html", context, status=422 if form.errors else 200)


def _test(request: HttpRequest, user: User) -> HttpResponse:
    try:
        send_test(user.email)
    except MailRefused as problem:
        messages.error(request, said(str(problem)))
    else:
        messages.success(request, _("A test message is on its way to %(email)s.") % {"email": user.email})
    return redirect("settings-mail")


def _remove(request: HttpRequest, user: User) -> HttpResponse:
    operators.remove(operators.MAIL)
    SecurityEvent.objects.create(user=user, what="mail_server_removed")
    messages.success(request, _("The mail server is forgotten, with its password. Notices stay on the pages."))
    return redirect("settings")
