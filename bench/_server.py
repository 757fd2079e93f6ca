"""A server process for the benchmarks, and a visitor without a browser: what Streamlit's own front end would send, over the WebSocket."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect

from kpi import sample, store

ROOT = Path(__file__).parents[1]
EMPTY = "import streamlit as st\nst.title('Nothing')\n"
"""The least a Streamlit page can be: what every page pays."""


def imported(home: Path, tickets: int) -> str:
    """The key of a company of so many tickets, imported into a store."""
    os.environ["KPI_HOME"] = str(home)
    company = home / "company"
    company.mkdir(parents=True)
    sample.write(company, tickets=tickets, format="parquet")
    key = store.keep({p.name: p for p in sorted(company.glob("*.parquet"))})
    shutil.copy(company / "calendar.toml", store.folder(key))
    begin = time.perf_counter()
    store.import_now(key)
    print(f"import of {tickets:,} tickets with all eight tables: {time.perf_counter() - begin:.1f} s (in one process, no browser)")
    return key


@dataclass(frozen=True)
class Server:
    url: str
    pid: int

    def cpu(self) -> float:
        """Seconds of processor time this process has used."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self, key: str = "VmRSS") -> float:
        """Megabytes: of this process now, or at its peak ("VmHWM")."""
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(key)) / 1024


@contextmanager
def serving(script: Path, home: Path) -> Iterator[Server]:
    """A server of a script on a free port of the loopback address, with its data in `home`."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.port", str(port), "--server.fileWatcherType", "none"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, "KPI_HOME": str(home)}, **quiet)
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1).close()
                break
            except OSError:
                time.sleep(0.1)
        else:
            raise SystemExit("the server did not start")
        time.sleep(8)  # the warm-up runs beside it, as it does before a first visitor
        yield Server(f"http://127.0.0.1:{port}", process.pid)
    finally:
        process.terminate()
        process.wait(10)


@contextmanager
def visiting(server: Server) -> Iterator[ClientConnection]:
    """A visitor's connection."""
    address = server.url.replace("http", "ws") + "/_stcore/stream"
    # a browser sends no pings of its own: a busy server is slow, and not gone
    with connect(address, subprotocols=["streamlit"], max_size=None, origin=server.url, ping_interval=None, open_timeout=120) as visitor:
        yield visitor


def rerun(
    visitor: ClientConnection, query: Mapping[str, str | list[str]] | None = None, page: str = "", said: list[str] | None = None
) -> float:
    """Ask for a run of a page (the first one, without a name) under an address; seconds until the server has sent all of it.

    A part that asks to be run again and again (what the page shows while a slow step is at work) is run so, as a browser would: the page
    is there when nothing asks any more. SystemExit where the page shows an exception. `said` takes what the page writes, as Markdown.
    """
    begin = time.perf_counter()
    _ask(visitor, query, page)
    again: dict[str, float] = {}  # part -> seconds between its runs
    is_part, where = False, ""
    while True:
        answer = ForwardMsg()
        answer.ParseFromString(visitor.recv())
        kind = answer.WhichOneof("type")
        if kind == "navigation":
            where = answer.navigation.page_script_hash
        elif kind == "new_session" and not is_part:
            again = {}
        elif kind == "auto_rerun":
            again[answer.auto_rerun.fragment_id] = answer.auto_rerun.interval
        elif kind == "delta" and answer.delta.new_element.WhichOneof("type") == "exception":
            raise SystemExit(f"{page or 'the first page'} failed: {answer.delta.new_element.exception.message}")
        elif said is not None and kind == "delta" and answer.delta.new_element.WhichOneof("type") == "markdown":
            said.append(answer.delta.new_element.markdown.body)
        elif kind == "script_finished" and answer.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN:
            is_part = False
        elif kind == "script_finished":
            if not again:
                return time.perf_counter() - begin
            part, interval = next(iter(again.items()))
            time.sleep(interval)
            is_part = True
            _ask(visitor, query, page, part, where)


def _ask(visitor: ClientConnection, query: Mapping[str, str | list[str]] | None, page: str, part: str = "", where: str = "") -> None:
    message = BackMsg()
    asked = message.rerun_script
    asked.query_string, asked.page_name = urlencode(query or {}, doseq=True), page
    if part:
        asked.fragment_id, asked.is_auto_rerun, asked.page_script_hash = part, True, where
    visitor.send(message.SerializeToString())
