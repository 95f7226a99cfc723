"""Addresses of the pages."""

from django.urls import path

from fillbook.web.pages import account, accounts, dashboard, linking, links, settings, setup, trade, trades, uploads, welcome

urlpatterns = [
    path("", dashboard.dashboard, name="dashboard"),
    path("setup/", setup.first_user, name="setup"),
    path("welcome/", welcome.welcome, name="welcome"),
    path("trades/", trades.trades, name="trades"),
    path("trades/<slug:key>/", trade.trade, name="trade"),
    path("trades/<slug:key>/sent/<int:number>/", trade.sent, name="trade-sent"),
    path("accounts/", accounts.accounts, name="accounts"),
    path("accounts/link/", linking.choose, name="link"),
    path("accounts/link/<slug:broker_id>/", linking.broker, name="link-broker"),
    path("accounts/links/<slug:link_id>/", linking.progress, name="link-progress"),
    path("accounts/links/<slug:link_id>/replace/", linking.replace, name="link-replace"),
    path("accounts/links/<slug:link_id>/sync/", links.sync, name="link-sync"),
    path("accounts/links/<slug:link_id>/pause/", links.pause, name="link-pause"),
    path("accounts/links/<slug:link_id>/resume/", links.resume, name="link-resume"),
    path("accounts/links/<slug:link_id>/accounts/", links.choose, name="link-accounts"),
    path("accounts/links/<slug:link_id>/unlink/", links.unlink, name="link-unlink"),
    path("accounts/upload/", uploads.upload, name="upload"),
    path("accounts/upload/<slug:statement_id>/", uploads.preview, name="upload-preview"),
    path("accounts/upload/<slug:statement_id>/accept/", uploads.accept, name="upload-accept"),
    path("accounts/upload/<slug:statement_id>/discard/", uploads.discard, name="upload-discard"),
    path("accounts/uploads/<slug:run_id>/", uploads.progress, name="upload-progress"),
    path("accounts/<int:account_id>/", account.account, name="account"),
    path("sandbox/start/", linking.start_sandbox, name="sandbox-start"),
    path("sandbox/remove/", linking.remove_sandbox, name="sandbox-remove"),
    path("settings/", settings.overview, name="settings"),
    path("settings/look/", settings.look, name="look"),
    path("settings/key/", settings.key, name="settings-key"),
]
