"""`fillbook rotate-keys`: a new key for the vault; every secret is sealed with it, and the old key goes when nothing needs it."""

import argparse
import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Final

from fillbook.cli.database import add_data_argument, open_database
from fillbook.cli.numbers import counted
from fillbook.cli.stop import Stop

if TYPE_CHECKING:
    from fillbook.storage.rotation import Rotation

DONE, LOST = 0, 1
COPY: Final = "Copy keys/vault.key to the data folder of each, or set its FILLBOOK_VAULT anew"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The words that `rotate-keys` takes."""
    parser.add_argument("--drop-old", action="store_true", help="make no key, but drop the old ones that nothing is sealed with any more")
    parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    add_data_argument(parser)
    parser.epilog = "Stopped at any moment, run it again. Exit status: 0 done, 1 a key is missing, here or where jobs are done."


def run(options: argparse.Namespace) -> int:
    """Rotate, or drop old keys; Fillbook may run meanwhile."""
    open_database(options.data)
    from fillbook.storage import rotation
    from fillbook.vault import BadKey

    try:
        done = rotation.drop_old() if options.drop_old else rotation.rotate()
    except BadKey as problem:
        raise Stop(str(problem)) from None
    except OSError as problem:
        raise Stop(f"The key file could not be written: {problem.strerror or problem}. The old key is as it was.") from None
    if options.json:
        json.dump(asdict(done), sys.stdout, ensure_ascii=False)
        print()
    else:
        print("\n".join(_dropped(done) if options.drop_old else _rotated(done)))
    return LOST if done.lost or done.lacking else DONE


def _rotated(done: "Rotation") -> list[str]:
    if done.made:
        first = f"Made key {done.key}. "
    elif done.elsewhere:
        first = f"Keys come from FILLBOOK_VAULT, so none was made; its first one is {done.key}. "
    else:
        first = f"Went on with key {done.key}, which an earlier run had made. "
    lines = [f"{first}{counted(done.sealed, 'secret')} sealed again, {counted(done.before, 'secret')} sealed with it already."]
    lines += [f"No key here opens the secret of {place}; enter it again." for place in done.lost]
    if done.made:
        lines.append(
            "Keep a new export of the key, apart from your backups. Backups made until now need the old key: keep its export with them."
        )
    if done.lacking:
        lines.append(f"These do jobs and lack key {done.key}; they do none until they have it: {'; '.join(done.lacking)}. {COPY}.")
    if not done.elsewhere:
        lines.append("The old key stays beside the new one until you run `fillbook rotate-keys --drop-old`.")
    return lines


def _dropped(done: "Rotation") -> list[str]:
    lines = []
    if done.lacking:
        lines.append(f"Nothing was dropped: these do jobs and lack key {done.key}: {'; '.join(done.lacking)}.")
        return [*lines, f"{COPY}, or stop it; then run this again."]
    if done.dropped and done.elsewhere:
        lines.append(f"Nothing is sealed with {_keys(done.dropped)} any more; take it out of FILLBOOK_VAULT and start Fillbook again.")
    elif done.dropped:
        lines.append(f"Dropped {_keys(done.dropped)}; {done.key} remains. Backups from before still need what was dropped.")
    if done.kept:
        lines.append(f"Something is still sealed with {_keys(done.kept)}; run `fillbook rotate-keys` first.")
    return lines or [f"There is no old key; {done.key} is the only one."]


def _keys(names: tuple[str, ...]) -> str:
    return f"key {names[0]}" if len(names) == 1 else f"keys {', '.join(names)}"
