"""A process that does jobs until it is killed: python worker.py DATA_DIR [DATABASE_URL].

On a database it looks each second for work that dead ones left.
"""

import os
import sys
import threading

if __name__ == "__main__":
    os.environ["FILLBOOK_DATA"] = sys.argv[1]
    if len(sys.argv) > 2:
        os.environ["FILLBOOK_DATABASE_URL"] = sys.argv[2]
    from fillbook.storage import start

    start.prepare()
    from fillbook.sync import engine

    plan = "* * * * * *" if len(sys.argv) > 2 else ""
    engine.launch(pace=engine.Pace(scale=0.00002, look_sandbox=0.03, look_runs=0.03, plan=plan))
    sys.stdout.write("working\n")
    sys.stdout.flush()
    threading.Event().wait()
