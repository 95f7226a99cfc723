"""Every address of this instance."""

from django.urls import include, path

urlpatterns = [
    path("", include("fillbook.web.pages.urls")),
    path("auth/", include("allauth.urls")),
]

handler400 = "fillbook.web.pages.errors.bad_request"
handler403 = "fillbook.web.pages.errors.forbidden"
handler404 = "fillbook.web.pages.errors.not_found"
handler500 = "fillbook.web.pages.errors.server_error"
