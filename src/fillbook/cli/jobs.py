"""Jobs in this process, and the pretend brokers that they find by the address in the database meanwhile."""

import contextlib
from collections.abc import Iterator
from dataclasses import replace

from fillbook.cli.stop import Stop


@contextlib.contextmanager
def doing_jobs(*, by_itself: bool = True) -> Iterator[None]:
    """Do jobs while this goes on. by_itself: begin what is due too, rather than only what somebody asked for.

    Raises:
        Stop: another process does them already.
    """
    from fillbook.sandbox.server import SandboxServer
    from fillbook.storage.models import Instance
    from fillbook.sync import engine

    pace = engine.Pace.from_environment()
    pace = pace if by_itself else replace(pace, plan="", look_runs=0.2)
    before = Instance.load().sandbox_url
    instance = Instance.objects.filter(pk=1)
    with SandboxServer(time_scale=pace.scale) as address:
        instance.update(sandbox_url=address)
        try:
            engine.launch(pace=pace, decides=by_itself)
        except engine.AlreadyRunning as problem:
            instance.update(sandbox_url=before)
            raise Stop(str(problem)) from None
        try:
            yield
        finally:
            engine.shutdown()
            instance.update(sandbox_url="")


class Hands:
    """Somebody does the jobs while this goes on: whoever does them anyway, else this process, also when the other one stops meanwhile."""

    def __init__(self) -> None:
        self._own = contextlib.ExitStack()

    def __enter__(self) -> "Hands":
        self.lend()
        return self

    def __exit__(self, *_: object) -> None:
        self._own.close()

    def lend(self) -> None:
        """Do the jobs here, unless somebody does them."""
        from fillbook.sync import engine

        if engine.is_running() or engine.is_done_elsewhere():
            return
        with contextlib.suppress(Stop):  # somebody was quicker
            self._own.enter_context(doing_jobs(by_itself=False))
