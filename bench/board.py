"""The weekly board of a company with 200,000 tickets: `kpi.measure` beside pandas and beside hand-written DuckDB SQL, in one run.

    python bench/board.py [tickets]

All three start from the same facts (tickets with their durations, answers, open spans) and make the same table: twelve metrics by
week, each with its interval. It is checked number by number; the exit code is 1 if any differ by more than one part in 10^9. The two
others are written for these metrics and this grain alone, and take their intervals from SciPy; `kpi.measure` compiles declarations,
and counts what it leaves out. Seconds are the best of three. Each has a process of its own; its peak memory holds its libraries, and
for ours the import of all eight tables of the company, where the others load three tables of facts.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter

import numpy as np
import pandas as pd
from _rivals import FACTS, Board, with_pandas, with_sql

NAMES = "tickets_created tickets_solved first_reply_time full_resolution_time csat reopen_rate sla_attainment one_touch backlog handle_time nps".split()


def with_kpi(folder: Path) -> tuple[Callable[[], Board], dict[str, float]]:
    import kpi  # noqa: PLC0415  only this process pays for it

    files = sorted(folder.glob("company/*.parquet"))
    spent: dict[str, float] = {}
    begin = perf_counter()
    data = kpi.read(*files)
    spent["files read"] = perf_counter() - begin
    begin = perf_counter()
    scope = kpi.Scope(by="week")
    kpi.measure(NAMES, scope, data)
    spent["the first board (facts made, SQL compiled)"] = perf_counter() - begin
    if not (folder / "tickets.parquet").exists():  # the facts the others start from
        for name in FACTS:
            data.write(f"FROM {name} WHERE is_counted", data.stand(None, None), folder / f"{name}.parquet", "FORMAT parquet")
        (folder / "as_of").write_text(data.newest.isoformat())
    kpi.measure([], scope, data)
    begin = perf_counter()
    spent["metrics on the whole board"] = len(kpi.measure([], scope, data).metrics)
    spent["the whole board"] = perf_counter() - begin

    def board() -> Board:
        frames = {"": kpi.measure(NAMES, scope, data), " p90": kpi.measure("full_resolution_time", scope.but(statistic="p90"), data)}
        return {
            f"{name}{ending}": part.assign(period=pd.to_datetime(part["period"])).set_index("period")[["value", "low", "high"]]
            for ending, result in frames.items()
            for name, part in result.frame.groupby("metric")
        }

    return board, spent


def race(
    make: Callable[[Path], tuple[Callable[[], Board], dict[str, float]]], folder: Path
) -> tuple[float, float, Board, dict[str, float]]:
    """Best seconds of three, peak MB of this process, the board, and what was spent before."""
    board, spent = make(folder)
    times = []
    for _ in range(3):
        begin = perf_counter()
        made = board()
        times.append(perf_counter() - begin)
    status = Path("/proc/self/status")
    peak = next((line for line in status.read_text().splitlines() if line.startswith("VmHWM")), "") if status.exists() else ""
    return min(times), int(peak.split()[1]) / 1024 if peak else float("nan"), made, spent


def differing(ours: Board, theirs: Board) -> list[str]:
    """What is not the same to one part in 10^9; weeks one side does not have are weeks without rows."""
    wrong = []
    for name, table in ours.items():
        other = theirs[name].reindex(table.index)
        if name in ("tickets_created", "tickets_solved", "backlog"):
            other["value"] = other["value"].fillna(0)
        same = np.isclose(table.astype(float), other.astype(float), rtol=1e-9, atol=1e-9, equal_nan=True)
        wrong += [f"{name}: {int((~same).sum())} of {same.size}"] if not same.all() or set(theirs[name].index) - set(table.index) else []
    return wrong


def main() -> int:
    tickets = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
    from kpi import sample  # noqa: PLC0415

    with tempfile.TemporaryDirectory(prefix="deskmeter-bench-") as place:
        folder = Path(place)
        sample.write(folder / "company", tickets=tickets, seed=1, format="parquet")
        ran = {}
        for name, make in (("kpi.measure", with_kpi), ("pandas", with_pandas), ("DuckDB SQL by hand", with_sql)):
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as alone:
                ran[name] = alone.submit(race, make, folder).result()
    seconds, peak, ours, spent = ran["kpi.measure"]
    weeks = len(next(iter(ours.values())))
    print(f"\n{tickets:,} tickets, {weeks} weeks, {len(ours)} metrics with intervals: {sum(t.size for t in ours.values()):,} numbers")
    fine = True
    for name, (took, memory, board, _) in ran.items():
        wrong = differing(ours, board)
        fine &= not wrong
        beside = "" if name == "kpi.measure" else f"   ours takes {seconds / took:.2f} times as long, {peak / memory:.2f} times the memory"
        print(f"  {name:<20}{took:>8.3f} s{memory:>8,.0f} MB{beside}" + (f"   DIFFERS: {'; '.join(wrong)}" if wrong else ""))
    print(
        f"\nAlone, kpi: {', '.join(f'{what} {value:.2f} s' if isinstance(value, float) else f'{value} {what}' for what, value in spent.items())}"
    )
    print("\nAll three give the same numbers." if fine else "\nThe numbers DIFFER.")
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
