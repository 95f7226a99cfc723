"""Every fault script of the pretend broker on both databases, each tried as often as really: right state, few requests, data intact.

Waits are scaled, and what a silent broker is waited for is shortened; --count plays all of it over again with another history.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time

from tests.support import postgres


def main(arguments: list[str]) -> int:
    """Play them; the status is 1 when something came of one that should not."""
    parser = argparse.ArgumentParser(prog="python3 run.py long faults", description=__doc__)
    parser.add_argument("--count", type=int, default=1, help="how often to play all of them on each database (default 1)")
    parser.add_argument("--url", help=argparse.SUPPRESS)
    wanted = parser.parse_args(arguments)
    if wanted.url is not None:
        return _play(wanted.count, "PostgreSQL" if wanted.url else "SQLite")
    import psycopg

    bad = 0
    with postgres.cluster() as server:
        with psycopg.connect(f"{server}/postgres", autocommit=True) as opened:
            opened.execute("CREATE DATABASE faults")
        for url in ("", f"{server}/faults"):
            with tempfile.TemporaryDirectory(prefix="fillbook-faults-") as folder:
                program = [sys.executable, "-m", "tests.long.faults", f"--count={wanted.count}", f"--url={url}"]
                surroundings = {name: value for name, value in os.environ.items() if not name.startswith(("FILLBOOK_", "DJANGO_"))}
                own = {"FILLBOOK_DATA": folder, **({"FILLBOOK_DATABASE_URL": url} if url else {})}
                bad += subprocess.run(program, env={**surroundings, **own}, check=False).returncode
    return int(bad > 0)


def _play(count: int, name: str) -> int:
    """All scripts on the database that the environment names."""
    from fillbook.storage import start

    start.prepare()
    from fillbook.brokers.ibkr import protocol
    from fillbook.sandbox.faults import SCRIPTS
    from fillbook.sandbox.scenario import DEFAULT_SEED
    from fillbook.sync import clock, engine, policy, silence
    from tests.sync import broker_faults
    from tests.sync.conftest import make_tables

    make_tables()
    clock.now = lambda: broker_faults.NOW
    silence.MANY = 1000  # type: ignore[misc]  # so many failing links are no failing broker
    engine.launch(pace=engine.Pace(scale=broker_faults.SCALE, look_sandbox=0.05, look_runs=0.1, plan=""))
    started, found = time.monotonic(), list[broker_faults.Outcome]()
    for seed in range(DEFAULT_SEED, DEFAULT_SEED + count):
        trades = broker_faults.statement(seed).count(b"<Trade ")
        expected = broker_faults.expectations(policy.MAX_TRIES, protocol.MAX_POLLS + 1, slow_tries=8, trades=trades)
        with broker_faults.broker(seed) as server:
            found += broker_faults.play(server, expected, seed=seed)
    engine.shutdown()
    wrong = [outcome for outcome in found if outcome.wrong]
    requests, most = sum(one.sends + one.gets for one in found), sum(one.expected.sends + one.expected.gets for one in found)
    for outcome in wrong:
        print(f"  {outcome.name}: {outcome.wrong}")
    figures = f"{len(SCRIPTS)} scripts, {len(found)} links, {requests} requests of {most} allowed, {len(wrong)} wrong"
    print(f"faults: {name}: {figures}, {time.monotonic() - started:.0f} s", flush=True)
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
