"""How long each page makes a person wait after a change, on a company with a million tickets, beside an empty Streamlit page.

    python bench/answers.py [tickets] [page …]
    python bench/answers.py --home FOLDER KEY [page …]       data imported before: KPI_HOME and the key in the address
    … --profile PAGE                                         instead: what the wait for one page is made of

By WebSocket without a browser, until the server has sent the whole page, slow steps included. Every page and view is asked four times: the
first visit; under a filter nobody has asked for (nearly all tickets stay); over dates nobody has asked for (nearly two years); the same again.
Nothing is remembered of another page's visit: each gets a filter and dates of its own. The worst of the two changes is the figure to hold
against two seconds.
"""

from __future__ import annotations

import collections
import datetime as dt
import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from _server import EMPTY, ROOT, Server, imported, rerun, serving, visiting

import kpi
from kpi import store

VIEWS: dict[str, tuple[str, dict[str, str]]] = {
    "overview": ("overview", {}),
    "number": ("number", {"metric": "csat"}),
    "trends": ("trends", {}),
    "trends, one number": ("trends", {"metric": "first_reply_time"}),
    "trends, by team": ("trends", {"metric": "csat", "split_by": "team"}),
    "trends, spread": ("trends", {"metric": "full_resolution_time", "view": "spread"}),
    "trends, cohorts": ("trends", {"metric": "full_resolution_time", "view": "cohorts"}),
    "benchmarks": ("benchmarks", {}),
    "targets": ("targets", {}),
    "correlations": ("correlations", {}),
    "correlations, a pair": ("correlations", {"pair": "first_reply_time~csat"}),
    "correlations, weeks": ("correlations", {"unit": "periods"}),
    "correlations, agents": ("correlations", {"unit": "agents"}),
    "why": ("why", {"metric": "full_resolution_time"}),
    "why, a share": ("why", {"metric": "csat"}),
    "what if": ("what_if", {}),
    "what if, a move": ("what_if", {"set": "first_reply_time=30m"}),
    "what if, a goal": ("what_if", {"view": "goal"}),
    "what if, backlog": ("what_if", {"view": "backlog"}),
    "what if, tree": ("what_if", {"view": "tree"}),
    "what if, staffing": ("what_if", {"view": "staffing"}),
    "workload": ("workload", {}),
    "feedback": ("feedback", {}),
    "feedback, words": ("feedback", {"view": "words"}),
    "events": ("events", {}),
    "tickets": ("tickets", {}),
}
"""What is measured: its name here -> the page and its own part of the address."""
COLUMNS = ("country", "product_area", "language", "priority", "channel", "team")
SEARCH_STEP = 0.004


def changes(key: str) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Addresses nobody has asked for: one with a filter that leaves one value of a column out, one with dates of nearly all the data."""
    data, calendar = store.open_dataset(key), store.default_calendar(key)
    schema = data.stand(None, calendar)
    first, last = data.first.date(), data.newest.date()
    usual = kpi.Scope(calendar=calendar)
    step = 0
    for column in COLUMNS:
        counts = data.query(f"SELECT {column} FROM tickets WHERE {column} IS NOT NULL GROUP BY 1 ORDER BY count(*), 1", schema)
        for left_out in counts[column]:
            kept = tuple(str(value) for value in counts[column] if value != left_out)
            step += 1
            start, end = first + dt.timedelta(days=step + 7), last - dt.timedelta(days=step + 7)
            recent = usual.but(start=last - dt.timedelta(days=28), end=last - dt.timedelta(days=1), compare="previous")
            yield recent.but(where=((column, kept),)).to_query(), usual.but(start=start, end=end).to_query()


def by_websocket(ours: Server, empty: Server, key: str, wanted: list[str]) -> None:
    with visiting(empty) as visitor:
        rerun(visitor)
        least = sorted(rerun(visitor) for _ in range(11))[5]
    print(f"an empty page: {least * 1000:.0f} ms. Milliseconds, then times an empty page")
    print(f"  {'':<24}{'first visit':>18}{'another filter':>18}{'other dates':>18}{'the same again':>18}{'processor':>12}")
    for name, (filtered, dated) in zip(wanted, changes(key), strict=False):
        page, own = VIEWS[name]
        with visiting(ours) as visitor:
            before = ours.cpu()
            spent = [rerun(visitor, {"data": key} | own | asked, page) for asked in ({}, filtered, dated, dated)]
        cells = "".join(f"{seconds * 1000:>9.0f}{seconds / least:>7.1f} ×" for seconds in spent)
        print(f"  {name:<24}{cells}{ours.cpu() - before:>10.1f} s", flush=True)


def profile(key: str, name: str) -> None:
    """Where the time of one view goes, in this process: which work was under way each few milliseconds, whatever the thread."""
    from streamlit.testing.v1 import AppTest  # noqa: PLC0415

    sys.path[0] = str(ROOT)  # in place of this folder, which has a pages.py too
    from pages.parts import slow  # noqa: PLC0415

    slow.MOMENT = 600.0  # a page in process is run once: it waits for its slow steps
    page, own = VIEWS[name]
    app = AppTest.from_file(str(ROOT / "pages/frame.py"), default_timeout=600)
    filtered, dated = next(changes(key))
    if page != "overview":
        app.run().switch_page(f"{page}.py")
    for said, asked in (("first visit", {}), ("another filter", filtered), ("other dates", dated), ("the same again", dated)):
        app.query_params.clear()
        for parameter, value in ({"data": key} | own | asked).items():
            app.query_params[parameter] = value
        with Watched() as watched:
            app.run()
        print(f"{said}: {watched.seconds * 1000:.0f} ms; {len(app.exception)} exceptions")
        for what, share in watched.kinds():
            print(f"    {share * watched.seconds * 1000:>7.0f} ms  {what}")
        for where, share in watched.places():
            print(f"        {share * watched.seconds * 1000:>7.0f} ms  {where}")


class Watched:
    """Looks at every thread again and again while something runs."""

    def __enter__(self) -> Watched:
        self.seen: collections.Counter[tuple[str, str]] = collections.Counter()
        self.looks, self.done = 0, threading.Event()
        self.begin = time.perf_counter()
        self.thread = threading.Thread(target=self._look)
        self.own = threading.get_ident()
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.done.set()
        self.thread.join()
        self.seconds = time.perf_counter() - self.begin

    def _look(self) -> None:
        while not self.done.wait(SEARCH_STEP):
            self.looks += 1
            for frame in sys._current_frames().values():
                if place := _place(frame):
                    self.seen[place] += 1

    def kinds(self) -> list[tuple[str, float]]:
        every: collections.Counter[str] = collections.Counter()
        for (kind, _), times in self.seen.items():
            every[kind] += times
        return [(kind, times / max(1, self.looks)) for kind, times in every.most_common()]

    def places(self, most: int = 12) -> list[tuple[str, float]]:
        every: collections.Counter[str] = collections.Counter()
        for (kind, where), times in self.seen.items():
            every[f"{where}  ({kind})"] += times
        return [(where, times / max(1, self.looks)) for where, times in every.most_common(most)]


def _place(frame: Any) -> tuple[str, str] | None:
    """(kind of work, our own lines it is for) of a thread; None for one that waits or is not ours."""
    files, ours = [], []
    while frame is not None:
        name = frame.f_code.co_filename
        files.append(name)
        if name.startswith(str(ROOT)) and "/.venv/" not in name and "/bench/" not in name:
            ours.append(f"{Path(name).relative_to(ROOT)}:{frame.f_code.co_name}")
        frame = frame.f_back
    if not ours or files[0].endswith(("threading.py", "queue.py", "thread.py", "_base.py", "parts/slow.py")):
        return None
    text = " ".join(files)
    kind = (
        "the database" if ours[0].startswith("kpi/engine") and "/kpi/engine" in files[0]
        else "SQL compiled" if "/ibis/" in text or "/sqlglot/" in text
        else "imports" if "importlib" in text
        else "statistics" if any(o.startswith("kpi/stats") for o in ours[:3])
        else "pandas" if "/pandas/" in text
        else "Streamlit, charts" if "/streamlit/" in files[0] or "/altair/" in text or "/google/" in text
        else "other Python"
    )  # fmt: skip
    return kind, " < ".join(ours[:4])


def main() -> int:
    given = sys.argv[1:]
    watched = given.pop(given.index("--profile") + 1) if "--profile" in given else ""
    given = [word for word in given if word != "--profile"]
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        if given[:1] == ["--home"]:
            home, key, given = Path(given[1]), given[2], given[3:]
            os.environ["KPI_HOME"] = str(home)
        else:
            tickets = int(given.pop(0)) if given and given[0].isdigit() else 1_000_000
            home = place / "home"
            key = imported(home, tickets)
        if watched:
            profile(key, watched)
            return 0
        wanted = [name for name, (page, _) in VIEWS.items() if not given or page in given or name in given]
        (place / "empty.py").write_text(EMPTY)
        with serving(ROOT / "streamlit_app.py", home) as ours, serving(place / "empty.py", place / "nobody") as empty:
            by_websocket(ours, empty, key, wanted)
            print(f"memory of the server: {ours.memory():,.0f} MB now, {ours.memory('VmHWM'):,.0f} MB at its peak")
    return 0


if __name__ == "__main__":
    sys.exit(main())
