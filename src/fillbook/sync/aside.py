"""Work that nobody waits for steps aside: the processor is shared with pages, which somebody does wait for."""

import os
from typing import Final

NICENESS: Final = 10


def step_aside() -> None:
    """Give this process, and those it starts, less of the processor than the pages get. Where nobody else wants it nothing changes."""
    os.setpriority(os.PRIO_PROCESS, 0, max(NICENESS, os.getpriority(os.PRIO_PROCESS, 0)))
