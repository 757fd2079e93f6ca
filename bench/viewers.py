"""Two hundred viewers of one link, each changing a filter every few seconds, beside an import: how long a page takes, beside an empty one.

    python bench/viewers.py [viewers] [tickets] [tickets of the import]

The viewers are WebSockets of this process without a browser. Each carries a choice of teams and channels nobody else has, and moves the
priority; after each change the page must name exactly that, and give the number of tickets pandas counts for it: one viewer's state in
another's page would show. The empty page is asked by as many, as often, beside the same import. Both go on until there are as many changes as
viewers, with one import after another.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
from _server import EMPTY, ROOT, Server, imported, rerun, serving, visiting

from kpi import sample, store
from kpi.store import links
from kpi.store.links import Told

VIEWERS, TICKETS, IMPORTED = 200, 20_000, 100_000
PAUSE = (2.0, 6.0)
"""Seconds a viewer looks at a page before the next change."""
SHORTEST, LONGEST, PATIENCE = 60.0, 300.0, 180.0
"""Seconds a measurement lasts at least and at most, and those an answer may still take after it."""
ARRIVAL = 20.0
"""Seconds in which the viewers come, one after another."""
PRIORITIES = ((), ("low",), ("normal",), ("high",), ("urgent",))
LEFT_OUT = ("deleted", "spam", "merged")
Query = dict[str, str | list[str]]
Filter = dict[str, tuple[str, ...]]


@dataclass
class Seen:
    """What the viewers met: seconds of first visits and of changes, errors by their kind, pages that were not the viewer's own."""

    first: list[float] = field(default_factory=list)
    changes: list[float] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)
    foreign: list[str] = field(default_factory=list)
    checked: int = 0
    here: set[int] = field(default_factory=set)
    is_on: threading.Event = field(default_factory=threading.Event)
    is_over: threading.Event = field(default_factory=threading.Event)


@dataclass(frozen=True)
class Company:
    """The tickets behind the link, as its files have them: what a filter must leave."""

    tickets: pd.DataFrame

    def own(self, number: int) -> Filter:
        """The teams and channels of one viewer, and of nobody else."""
        return list(self._choices())[number]

    def _choices(self) -> Iterator[Filter]:
        teams, channels = (sorted(self.tickets[column].dropna().unique()) for column in ("team", "channel"))
        for size, of in itertools.product(range(1, 4), range(1, 4)):
            for some in itertools.product(itertools.combinations(teams, size), itertools.combinations(channels, of)):
                yield {"team": some[0], "channel": some[1]}

    def wrong(self, said: list[str], asked: Filter) -> str:
        """What is not as it must be on a page with a filter; "" for a page that names it, and nothing else, and counts its tickets."""
        line = next((one.replace("\\", "") for one in said if " · UTC · " in one), "")
        parts = line.split(" · ")
        expected = {f"{column.capitalize()}: {' or '.join(sorted(values))}" for column, values in asked.items() if values}
        if {part for part in parts if ": " in part} != expected:
            return f"asked {sorted(expected)}, got {line!r}"
        rows = self.tickets[~self.tickets["status"].isin(LEFT_OUT)]
        for column, values in asked.items():
            rows = rows[rows[column].isin(values)] if values else rows
        told = next((part for part in parts if re.fullmatch(r"[\d,]+ tickets?", part)), "no number")
        return (
            ""
            if told.split()[0].replace(",", "") == str(len(rows))
            else f"{sorted(expected)} has {len(rows)} tickets, the page says {told}"
        )


def viewer(server: Server, number: int, seen: Seen, ask: Callable[[int], tuple[Query, Callable[[list[str]], str]]]) -> None:
    """One visit until the measurement is over. One whose connection breaks comes again."""
    luck = random.Random(number)  # noqa: S311  when a viewer comes, and no secret
    seen.is_over.wait(ARRIVAL * luck.random())
    while not seen.is_over.is_set():
        try:
            with visiting(server) as visit:
                _look(visit, number, seen, ask, luck)
        except SystemExit as error:
            seen.errors[f"the page failed: {error}"] += 1
        except Exception as error:  # counted: whatever a visitor meets is a result
            seen.errors[type(error).__name__] += 1
        seen.is_over.wait(1)


def _look(
    visit: object, number: int, seen: Seen, ask: Callable[[int], tuple[Query, Callable[[list[str]], str]]], luck: random.Random
) -> None:
    for turn in itertools.count(luck.randrange(len(PRIORITIES))):
        query, wrong = ask(turn)
        said: list[str] = []
        is_counted = seen.is_on.is_set()
        took = rerun(visit, query, said=said)  # type: ignore[arg-type]  # a connection
        if is_counted:
            seen.changes.append(took)
        else:
            seen.first.append(took)
        seen.checked += 1
        seen.here.add(number)
        if bad := wrong(said):
            seen.foreign.append(f"viewer {number}: {bad}")
        if seen.is_over.wait(luck.uniform(*PAUSE)):
            return


def measured(
    name: str, server: Server, viewers: int, key: str, asks: Callable[[int], Callable[[int], tuple[Query, Callable[[list[str]], str]]]]
) -> Seen:
    """All viewers come; then an import begins, and what they wait is counted until it is over."""
    seen = Seen()
    visits = [threading.Thread(target=viewer, args=(server, n, seen, asks(n)), daemon=True) for n in range(viewers)]
    for visit in visits:
        visit.start()
    begin = time.perf_counter()
    while len(seen.here) < viewers and time.perf_counter() - begin < LONGEST:
        time.sleep(0.5)
    arrived, came = time.perf_counter() - begin, len(seen.here)
    before, own, begin = server.cpu(), time.process_time(), time.perf_counter()
    seen.is_on.set()
    imports: list[float] = []
    is_enough = False
    while not is_enough and time.perf_counter() - begin < LONGEST:  # another import after each, so that one is always going on
        started = time.perf_counter()
        with importing(key) as process:
            while process.poll() is None and not is_enough and time.perf_counter() - begin < LONGEST:
                time.sleep(0.5)
                is_enough = bool(imports) and len(seen.changes) >= viewers and time.perf_counter() - begin > SHORTEST
            if process.poll() == 0:
                imports.append(time.perf_counter() - started)
            elif process.poll() is not None:
                seen.errors["import failed"] += 1
                break
    lasted, cpu, own = time.perf_counter() - begin, server.cpu() - before, time.process_time() - own
    rate = len(seen.changes) / lasted
    memory, peak = server.memory(), server.memory("VmHWM")
    seen.is_over.set()
    for visit in visits:
        visit.join(max(0.0, begin + lasted + PATIENCE - time.perf_counter()))
    seen.errors["no answer"] += sum(visit.is_alive() for visit in visits)
    changes = sorted(seen.changes)
    if len(changes) < 20:
        raise SystemExit(f"{name}: only {len(changes)} changes were answered")
    print(f"{name}, for {lasted:.0f} s")
    took_each = f"the first in {imports[0]:.0f} s" if imports else "none was over"
    print(f"  {came} of {viewers} viewers were there after {arrived:.0f} s; imports one after another, {took_each}")
    for what, took in (("before the import", sorted(seen.first)), ("beside it", changes)):
        middle, late = took[len(took) // 2], took[int(0.95 * len(took))]
        print(f"  {what:<18} p50 {middle:6.2f} s   p95 {late:6.2f} s   worst {took[-1]:6.2f} s   {len(took):,} of them")
    print(f"  {rate:.1f} changes a second answered; processors: the server {cpu / lasted:.2f}, the viewers {own / lasted:.2f}")
    print(f"  memory of the server {memory:.0f} MB, at its peak {peak:.0f} MB")
    print(f"  errors: {seen.errors.total()}" + "".join(f"; {kind}: {count}" for kind, count in seen.errors.items() if count))
    return seen


@contextlib.contextmanager
def importing(key: str) -> Iterator[subprocess.Popen[bytes]]:
    """The process an import runs in, as the server itself begins it."""
    process = subprocess.Popen([sys.executable, "-m", "kpi.store", key], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, env=os.environ)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def kept(home: Path, tickets: int) -> list[str]:
    """Two datasets of as many tickets, not yet read: one for each measurement."""
    company = home / "larger"
    company.mkdir()
    sample.write(company, tickets=tickets, format="parquet")
    return [store.keep({p.name: p for p in sorted(company.glob("*.parquet"))}) for _ in range(2)]


def main() -> None:
    viewers, tickets, larger = (
        int(sys.argv[n]) if len(sys.argv) > n else usual for n, usual in ((1, VIEWERS), (2, TICKETS), (3, IMPORTED))
    )
    with tempfile.TemporaryDirectory() as place:
        home = Path(place)
        key = imported(home, tickets)
        company = Company(pd.read_parquet(home / "company" / "tickets.parquet"))
        token, _ = links.make(key, Told("For all", free=("filters",)), fingerprint="", code="")
        imports = kept(home, larger)
        pause = f"{PAUSE[0]:.0f} to {PAUSE[1]:.0f} s"
        print(
            f"{viewers} viewers, the next change {pause} after each answer; {os.cpu_count()} processors, load before: {os.getloadavg()[0]:.1f}"
        )

        def ours(number: int) -> Callable[[int], tuple[Query, Callable[[list[str]], str]]]:
            own = company.own(number)

            def ask(turn: int) -> tuple[Query, Callable[[list[str]], str]]:
                asked: Filter = own | {"priority": PRIORITIES[turn % len(PRIORITIES)]}
                where = [f"{column}={value}" for column, values in asked.items() for value in values]
                return {"link": token, "where": where}, lambda said: company.wrong(said, asked)

            return ask

        script = home / "nothing.py"
        script.write_text(EMPTY)
        with serving(script, home) as server:
            empty = measured(
                "an empty Streamlit page", server, viewers, imports[0], lambda _: lambda turn: ({"turn": str(turn)}, lambda _: "")
            )
        with serving(ROOT / "streamlit_app.py", home) as server:
            seen = measured(f"the Overview of {tickets:,} tickets by one link", server, viewers, imports[1], ours)
        ratio = statistics.median(seen.changes) / statistics.median(empty.changes)
        print(f"p50 of a change is {ratio:.1f} × that of the empty page")
        print(
            f"{seen.checked - len(seen.foreign):,} pages named their own viewer's filter and counted its tickets; {len(seen.foreign)} did not"
        )
        for bad in seen.foreign[:5]:
            print(f"  {bad}")
        if seen.foreign or seen.errors.total() or empty.errors.total():
            raise SystemExit("a viewer met an error, or a page that was not theirs")


if __name__ == "__main__":
    main()
