"""Amounts come back as they went in, in both databases, to the eighteenth decimal."""

import ast
from decimal import Decimal
from functools import reduce
from pathlib import Path

import pytest
from django.apps import apps
from django.core.exceptions import FieldError
from django.db import connection, transaction
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fillbook.ledger.numbers import plain
from fillbook.storage import fields
from fillbook.storage.fields import CONTEXT, AmountOutOfRange, ExactDecimalField, ExactSum
from fillbook.storage.models import BridgeRow, BrokerAccount
from tests.storage.deliveries import person

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db]

amounts = st.decimals(min_value=Decimal("-99999999999999999999.999999999999999999"), max_value=Decimal("99999999999999999999.9"), places=18)
FIELD = BridgeRow._meta.get_field("amount")
assert isinstance(FIELD, ExactDecimalField)


@pytest.fixture
def account() -> BrokerAccount:
    """Somewhere to hang amounts."""
    return BrokerAccount.objects.create(owner=person(), broker="brokerage", number="A1")


def store(account: BrokerAccount, values: list[Decimal]) -> list[Decimal]:
    """Save amounts and read them back."""
    BridgeRow.objects.all().delete()
    BridgeRow.objects.bulk_create(
        BridgeRow(account=account, instrument_key=str(number), line="profit", currency="USD", amount=value)
        for number, value in enumerate(values)
    )
    return [row.amount for row in BridgeRow.objects.order_by("pk")]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(st.lists(amounts, min_size=1, max_size=5))
def test_amounts_and_their_sum_are_exact(account: BrokerAccount, values: list[Decimal]) -> None:
    assert store(account, values) == values
    total = BridgeRow.objects.aggregate(total=ExactSum("amount"))["total"]
    assert total == reduce(CONTEXT.add, values)


def test_the_amount_that_a_binary_float_loses(account: BrokerAccount) -> None:
    assert store(account, [Decimal("1234567890.123456789012345678")]) == [Decimal("1234567890.123456789012345678")]
    assert store(account, [Decimal("0.1")] * 3) == [Decimal("0.1")] * 3
    assert BridgeRow.objects.aggregate(total=ExactSum("amount"))["total"] == Decimal("0.3")
    assert BridgeRow.objects.filter(line="nothing").aggregate(total=ExactSum("amount"))["total"] is None


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("0.0000000000000000005", "0"),
        ("0.0000000000000000015", "0.000000000000000002"),
        ("0.00000000000000000050001", "0.000000000000000001"),
        ("-2.5000000000000000005", "-2.5"),
        ("1E+3", "1000"),
        ("12.500", "12.5"),
        ("-0", "0"),
    ],
)
def test_more_than_eighteen_decimals_are_rounded_half_to_even(account: BrokerAccount, given: str, kept: str) -> None:
    found = store(account, [Decimal(given)])
    assert plain(found[0]) == kept


@pytest.mark.parametrize(
    "value", ["1E+20", "-123456789012345678901", "99999999999999999999.9999999999999999999", "NaN", "Infinity", "-Infinity"]
)
def test_what_does_not_fit_is_refused_with_a_reason(account: BrokerAccount, value: str) -> None:
    with pytest.raises(AmountOutOfRange), transaction.atomic():
        store(account, [Decimal(value)])
    with pytest.raises(AmountOutOfRange):
        FIELD.text(Decimal(value))


def test_equality_is_by_value_and_order_is_refused(account: BrokerAccount) -> None:
    store(account, [Decimal("2.50"), Decimal(10)])
    assert BridgeRow.objects.filter(amount=Decimal("2.5")).count() == 1
    assert BridgeRow.objects.filter(amount__in=[Decimal("10.0")]).count() == 1
    for lookup in ("gt", "gte", "lt", "lte", "range", "contains"):
        with pytest.raises(FieldError, match="64-bit column"):
            BridgeRow.objects.filter(**{f"amount__{lookup}": Decimal(3)})


def test_sums_that_would_pass_through_a_float_are_noticed(account: BrokerAccount) -> None:
    store(account, [Decimal("2.50"), Decimal(10)])
    if connection.vendor == "sqlite":
        with pytest.raises(TypeError, match="ExactSum"):
            BridgeRow.objects.aggregate(total=Sum("amount"))
    else:
        assert BridgeRow.objects.aggregate(total=Sum("amount"))["total"] == Decimal("12.5")


def arithmetic_on(names: set[str], source: str) -> list[str]:
    """Arithmetic in SQL (`F("fees") * 2`, `Sum("fees")`) on fields of these names."""
    found = []
    for node in ast.walk(ast.parse(source)):
        calls = [side for side in (node.left, node.right) if isinstance(side, ast.Call)] if isinstance(node, ast.BinOp) else []
        risky = [call for call in calls if ast.unparse(call.func) in ("F", "models.F")]
        if isinstance(node, ast.Call) and ast.unparse(node.func).removeprefix("models.") in ("Sum", "Avg", "Min", "Max", "StdDev"):
            risky.append(node)
        for call in risky:
            if call.args and isinstance(call.args[0], ast.Constant) and str(call.args[0].value).split("__")[-1] in names:
                found.append(ast.unparse(node))
    return sorted(found)


def test_no_sql_of_ours_computes_with_exact_amounts() -> None:
    exact: set[str] = set()
    other: set[str] = set()
    for model in apps.get_app_config("storage").get_models():
        for field in model._meta.concrete_fields:
            (exact if isinstance(field, ExactDecimalField) else other).add(field.name)
    assert {"quantity", "realized_pnl", "amount"} <= exact - other
    sources = [path.read_text(encoding="utf-8") for path in Path(fields.__file__).parent.parent.rglob("*.py")]
    assert [found for source in sources for found in arithmetic_on(exact - other, source)] == []
    assert arithmetic_on({"fees"}, 'a = F("fees") * 2\nb = models.Sum("trip__fees")\nc = F("n") + 1') == [
        "F('fees') * 2",
        "models.Sum('trip__fees')",
    ]
