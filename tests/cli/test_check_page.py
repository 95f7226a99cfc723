"""What the page of `check` says of particular accounts."""

import io

from fillbook.cli.check_page import print_file
from fillbook.cli.paper import sheet
from fillbook.ledger.execution import Effect
from fillbook.ledger.statement import AccountStatement, Finding, Severity
from fillbook.trades.account import read_account
from tests.cli.books import account, fill, held, stock

ACME, REAL = stock("ACME"), stock("RET", sub_class="REIT")


def page(statement: AccountStatement, *findings: Finding, every: bool = False, columns: int = 80) -> str:
    stream = io.StringIO()
    console = sheet(stream)
    console.width = columns
    print_file(console, "a.xml", "Activity", [read_account(statement)], findings, every=every)
    return stream.getvalue()


def test_three_numbers_of_two_round_trips() -> None:
    text = page(
        account(
            fill(1, ACME, "10", "100"),
            fill(2, ACME, "-10", "110", pnl="98"),
            fill(3, ACME, "10", "100"),
            fill(4, ACME, "-10", "95", pnl="-52"),
        )
    )
    assert "+46.00 USD" in text
    assert "after 4.00 USD of fees" in text
    assert "+23.00 USD each" in text
    assert "+2.3 %" in text  # (98 / 1001 - 52 / 1001) / 2
    assert "50.0 %" in text
    assert "1 won, 1 lost" in text
    assert "profit factor 1.88 · payoff 1.88 · deepest drawdown −52.00 · only 2 round trips" in " ".join(text.split())


def test_a_reason_is_given_for_each_difference() -> None:
    text = page(
        account(
            fill(1, REAL, "10", "50"),
            fill(2, REAL, "-10", "55", pnl="50", effect=Effect.CLOSES),  # ours: 549 - 501 = 48
            fill(3, ACME, "10", "100"),
            fill(4, ACME, "-10", "110", pnl="90", effect=Effect.CLOSES),  # ours: 98
        )
    )
    assert "×  1 explained · 1 different" in text
    assert "returned capital" in text
    assert "no known reason applies" in text
    assert text.index("1 closing fill different") < text.index("1 closing fill explained")
    different = next(line for line in text.splitlines() if line.split()[:1] == ["ACME"])
    assert different.split()[-3:] == ["+98.00", "+90.00", "USD"]


def test_many_rows_for_one_reason_are_cut_unless_all_are_asked_for() -> None:
    rows = [row for n in range(1, 21, 2) for row in (fill(n, ACME, "1", "100"), fill(n + 1, ACME, "-1", "110", pnl="90"))]
    assert "and 4 more; --all lists them" in page(account(*rows))
    assert "more; --all" not in page(account(*rows), every=True)


def test_what_is_left_out_is_said_with_the_remedy() -> None:
    text = page(account(fill(1, ACME, "-10", "110", pnl="98", effect=Effect.CLOSES)))
    assert "1 incomplete round trip: opened before the statement begins." in text
    assert "An older statement" in text
    assert "No complete round trip" in text
    assert "1 inferred" in text


def test_positions_that_nothing_confirms_are_no_claim() -> None:
    text = page(account(fill(1, ACME, "10", "100"), positions=None))
    assert "Positions      –  1 not stated" in text
    assert "agrees to the cent" not in text


def test_a_position_of_another_size() -> None:
    text = page(account(fill(1, ACME, "10", "100", effect=Effect.OPENS), positions=(held(ACME, "7"),)))
    line = next(line for line in text.splitlines() if line.split()[:1] == ["ACME"])
    assert line.split()[-2:] == ["10", "7"]


def test_findings_worst_first_each_with_its_remedy() -> None:
    text = page(
        account(fill(1, ACME, "10", "100")),
        Finding(Severity.NOTE, "n", "Good to know.", ""),
        Finding(Severity.WARNING, "w", "Something is missing.", "Tick it."),
    )
    assert text.index("! Something is missing.") < text.index("→ Tick it.") < text.index("· Good to know.")


def test_currencies_stand_side_by_side_as_far_as_there_is_room() -> None:
    rows = []
    for n, currency in enumerate(["EUR", "GBP", "JPY", "USD"]):
        one = stock(f"S{n}", currency)
        rows += [fill(10 * n + 1, one, "10", "100000", rate="1"), fill(10 * n + 2, one, "-10", "110000", pnl="99998", rate="1")]
    wide, narrow = page(account(*rows), columns=100), page(account(*rows), columns=60)
    assert any(line.split() == ["EUR", "GBP", "JPY", "USD"] for line in wide.splitlines())
    assert any(line.split() == ["EUR", "GBP"] for line in narrow.splitlines())
    assert max(len(line) for line in narrow.splitlines()) <= 60
