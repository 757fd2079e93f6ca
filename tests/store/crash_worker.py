"""Imports, shares and deletes without end, and says each deed only once it is done. Somebody kills it (see test_crash)."""

from __future__ import annotations

import os
import random
import sys

from kpi import store
from kpi.store import links
from kpi.store.links import Told

ROWS = 400


def csv(rows: int) -> bytes:
    return b"ticket_id,created_at,status\n" + b"".join(b"%d,2026-01-%02dT00:00:00Z,open\n" % (n, n % 28 + 1) for n in range(1, rows + 1))


def say(*words: object) -> None:
    os.write(1, (" ".join(map(str, words)) + "\n").encode())  # in one piece, or not at all


def work(seed: int) -> None:
    dice, keys = random.Random(seed), []  # noqa: S311  moments, not secrets
    while True:
        what = dice.choice(("import", "share", "share", "share", "share", "delete"))
        if what == "import" or not keys:
            key = store.keep({"tickets.csv": csv(ROWS)})
            say("kept", key)
            store.import_now(key)
            keys.append(key)
            say("imported", key)
        elif what == "share":
            key = dice.choice(keys)
            frozen = store.frozen(key) if dice.random() < 0.5 else None
            token, _ = links.make(key, Told("t"), fingerprint="f", code="1", frozen=frozen)
            say("shared", key, token)
        else:
            key = keys.pop(dice.randrange(len(keys)))
            say("deleting", key)
            store.discard(key)
            say("deleted", key)


def main() -> None:
    """For each seed on standard input a process of its own: loading the libraries anew each time would take longer than the work."""
    for line in sys.stdin:
        if pid := os.fork():
            say("born", pid)
            os.waitpid(pid, 0)
            say("ended", pid)
        else:
            work(int(line))


if __name__ == "__main__":
    main()
