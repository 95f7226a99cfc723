"""Every broker folder says what it offers, completely and in a form that pages can show."""

import re
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from fillbook.brokers import registry
from fillbook.brokers.interface import NOTHING, Credential, Done, Form, Send, Unsupported
from fillbook.brokers.manifests import LinkKind, Manifest, Renewal, SettingKind, manifest, manifests
from fillbook.ledger.instrument import AssetClass
from fillbook.ledger.statement import DateRange

ALL = list(manifests().values())
FILES_ALONE = [one for one in ALL if one.link is LinkKind.UPLOAD]
LINKED = [one for one in ALL if one not in FILES_ALONE]


@pytest.fixture(params=ALL, ids=[one.id for one in ALL])
def broker(request: pytest.FixtureRequest) -> Manifest:
    one = request.param
    assert isinstance(one, Manifest)
    return one


@pytest.fixture(params=LINKED, ids=[one.id for one in LINKED])
def linked(request: pytest.FixtureRequest) -> Manifest:
    """A broker that can be linked."""
    one = request.param
    assert isinstance(one, Manifest)
    return one


def test_brokers_come_in_their_order() -> None:
    assert [one.order for one in ALL] == sorted(one.order for one in ALL)
    assert manifest(ALL[0].id) is ALL[0]


def test_unknown_broker_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        manifest("nobody")
    with pytest.raises(KeyError):
        registry.connector("nobody")


def test_asset_classes_are_the_ledgers(broker: Manifest) -> None:
    assert {AssetClass(name) for name in broker.asset_classes}


def test_form_fields_are_named_once_and_never_remembered_by_a_browser(broker: Manifest) -> None:
    names = [field.name for field in broker.form]
    assert len(names) == len(set(names))
    assert bool(names) == (broker.link is LinkKind.FORM)
    for field in broker.form:
        assert field.autocomplete == "off"
        assert re.fullmatch(field.pattern, broker.sandbox[field.name])
        assert broker.field(field.name) is field
    with pytest.raises(KeyError):
        broker.field("nothing")


def test_texts_are_sentences(broker: Manifest) -> None:
    texts = [broker.summary, *broker.limits, *(promise.text for promise in broker.promises)]
    texts += [step.text for part in broker.guide for step in part.steps] + [part.intro for part in broker.guide]
    texts += [text for part in broker.guide for step in part.steps for text in (step.tip, step.why) if text]
    assert [text for text in texts if not text.endswith(".") or text != text.strip() or "  " in text] == []


def test_guide_steps_have_ids_to_translate_by(broker: Manifest) -> None:
    for part in broker.guide:
        ids = [step.id for step in part.steps]
        assert ids
        assert len(ids) == len(set(ids))


def test_zone_and_hours_can_be_scheduled(broker: Manifest) -> None:
    if broker.capabilities.zone:
        assert ZoneInfo(broker.capabilities.zone).key == broker.capabilities.zone
    assert 0 <= broker.ready_from < broker.ready_until <= 24


def test_a_link_that_ends_says_when(broker: Manifest) -> None:
    capabilities = broker.capabilities
    assert (capabilities.renewal is Renewal.TOKEN_EXPIRY) == (capabilities.renewal_days is not None)


def test_connector_is_found_and_knows_its_name(broker: Manifest) -> None:
    connector = registry.connector(broker.id)
    assert connector.broker == broker.id
    assert bool(connector.hosts) == (broker in LINKED)


def test_sandbox_answers_pass_the_form(linked: Manifest) -> None:
    assert set(linked.sandbox) == {field.name for field in linked.form}
    answer = registry.connector(linked.id).complete(linked.sandbox)
    assert isinstance(answer, Credential)
    assert bool(answer.account) == capabilities_name_an_account(linked)
    assert answer.account or answer.rate_secret in answer.secrets


def capabilities_name_an_account(broker: Manifest) -> bool:
    """Whether all that a user types is the number of an account: such a link has no secret of its own."""
    return not any(field.secret for field in broker.form)


def test_settings_are_described_and_the_sandbox_has_them(broker: Manifest) -> None:
    names = [setting.name for setting in broker.settings]
    assert len(names) == len(set(names))
    assert set(broker.sandbox_settings) <= set(names)
    for setting in broker.settings:
        assert setting.label
        assert setting.help.endswith(".")
        assert broker.setting(setting.name) is setting
        assert setting.default in {"", *setting.choices} or setting.kind not in {SettingKind.CHOICE, SettingKind.HOST}
        assert bool(setting.choices) == (setting.kind in {SettingKind.CHOICE, SettingKind.HOST})
    with pytest.raises(KeyError):
        broker.setting("nothing")


def test_every_step_shown_to_a_person_has_its_words(linked: Manifest) -> None:
    connector = registry.connector(linked.id)
    days = DateRange(date(2026, 1, 5), date(2026, 1, 9)) if linked.capabilities.names_days else None
    _, action = connector.advance(connector.start(days, memory=NOTHING, account="5AB12345"), None)
    assert not isinstance(action, Done)
    assert isinstance(action, Send)
    assert action.step in linked.steps
    assert action.request.host in connector.hosts


@pytest.mark.parametrize("files", FILES_ALONE, ids=[one.id for one in FILES_ALONE])
def test_a_broker_of_files_alone_links_nothing_and_says_so(files: Manifest) -> None:
    connector = registry.connector(files.id)
    assert files.uploads
    assert not files.sandbox
    assert isinstance(connector.complete({}), Form)
    with pytest.raises(Unsupported):
        connector.start(None)
    with pytest.raises(Unsupported):
        connector.advance({}, None)
