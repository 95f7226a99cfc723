"""Work beside the pages takes what they leave of the processor."""

import subprocess
import sys

TOLD = """
import os
from fillbook.sync.aside import step_aside
before = os.nice(3)
step_aside()
step_aside()
print(os.getpriority(os.PRIO_PROCESS, 0) == max(before, 10))
os.nice(5)
kept = os.nice(0)
step_aside()
print(os.nice(0) == kept)
"""


def test_a_process_that_steps_aside_is_ten_steps_below_the_pages_and_never_comes_back_up() -> None:
    ended = subprocess.run([sys.executable, "-c", TOLD], capture_output=True, text=True, check=True)
    assert ended.stdout.split() == ["True", "True"]
