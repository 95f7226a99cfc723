"""One of several writers into one database: `python -m tests.storage.writer prepare|first|second|report`."""

import sys

from fillbook.storage import start


def write(which: str, name: str = "ada", times: int = 4) -> None:
    """Write a statement over and over, as if every job were done several times."""
    from fillbook.ledger.statement import ParsedStatement
    from fillbook.storage.derive import rebuild_account
    from fillbook.storage.intake import write_statement
    from fillbook.storage.models import User
    from tests.storage.deliveries import first, keep, second

    statement = first() if which == "first" else second()
    owner = User.objects.get(email=f"{name}@example.com")
    for _ in range(times):
        for written in write_statement(keep(owner, statement), ParsedStatement((statement,))).accounts:
            rebuild_account(written.account_id, written.instruments)


def report() -> list[str]:
    """The ids of the rows of all who wrote together, then both ledgers' hashes, then the derived rows' as they are and made anew."""
    from fillbook.storage.derive import rebuild_account
    from fillbook.storage.hashes import derived_hash, ledger_hash
    from fillbook.storage.models import BrokerAccount, ExecutionRow, RowState

    alone, account = BrokerAccount.objects.order_by("owner__email")[1], BrokerAccount.objects.order_by("owner__email")[0]
    rows = ExecutionRow.objects.filter(account=account).exclude(state=RowState.SUPERSEDED).order_by("row_id")
    found = [" ".join(rows.values_list("row_id", flat=True)), ledger_hash(account), ledger_hash(alone), derived_hash(account)]
    rebuild_account(account)
    return [*found, derived_hash(account)]


def main(what: str) -> None:
    """Do one thing."""
    start.prepare()
    if what == "prepare":
        from tests.storage.deliveries import person

        start.upgrade()
        person("ada")
        person("undisturbed")
        write("first", "undisturbed", times=1)
        write("second", "undisturbed", times=1)
    elif what == "report":
        sys.stdout.write("\n".join(report()))
    else:
        write(what)


if __name__ == "__main__":
    main(sys.argv[1])
