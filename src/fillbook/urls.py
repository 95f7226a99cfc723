"""Every address of this instance."""

from django.urls import include, path

from fillbook.web.pages import signin

urlpatterns = [
    path("", include("fillbook.web.pages.urls")),
    path("api/v1/", include("fillbook.web.api.app")),
    # In place of allauth's own, which would promise a mail that this instance does not send.
    path("auth/password/reset/", signin.no_mail, name="account_reset_password"),
    path("auth/email/", signin.settings_instead, name="account_email"),
    path("auth/", include("allauth.urls")),
]

handler400 = "fillbook.web.pages.errors.bad_request"
handler403 = "fillbook.web.pages.errors.forbidden"
handler404 = "fillbook.web.pages.errors.not_found"
handler500 = "fillbook.web.pages.errors.server_error"
