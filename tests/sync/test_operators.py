"""What the operator sets for a broker, by the same form as the mail server."""

from pathlib import Path

import pytest

from fillbook.storage import services
from fillbook.storage.models import BrokerService
from fillbook.sync import operators
from tests.sync.test_session import BROKER, HOST, OFFERED, PASSWORD


def test_a_brokers_settings_are_set_shown_without_secrets_and_forgotten(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert home.exists()
    for module in (services, operators):
        monkeypatch.setattr(module, "manifest", lambda _: OFFERED)
    monkeypatch.setattr(operators, "manifests", lambda: {BROKER: OFFERED})
    BrokerService.objects.all().delete()
    assert list(operators.forms()) == ["smtp", BROKER]
    assert operators.present(BROKER) is None
    assert operators.change(BROKER, {"username": "fillbook", "password": PASSWORD}) == ()
    assert operators.present(BROKER) == {"host": HOST, "username": "fillbook", "years": "3"}
    assert operators.change(BROKER, {"username": "another", "password": ""}) == ()
    assert services.config_secrets(BROKER)["config.password"] == PASSWORD
    (error,) = operators.change(BROKER, {"years": "many"})
    assert (error.field, error.message) == ("years", "Years is a whole number.")
    assert operators.remove(BROKER)
    assert operators.present(BROKER) is None
    assert not operators.remove(BROKER)
