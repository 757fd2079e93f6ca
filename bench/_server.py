"""A server process for the benchmarks, and a visitor without a browser: what Streamlit's own front end would send, over the WebSocket."""

from __future__ import annotations

import os
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

ROOT = Path(__file__).parents[1]
EMPTY = "import streamlit as st\nst.title('Nothing')\n"
"""The least a Streamlit page can be: what every page pays."""


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
    with connect(address, subprotocols=["streamlit"], max_size=None, origin=server.url) as visitor:
        yield visitor


def rerun(visitor: ClientConnection, query: Mapping[str, str] | None = None) -> float:
    """Ask for a run of the page under an address; seconds until the server has sent all of it."""
    message = BackMsg()
    message.rerun_script.query_string = urlencode(query or {})
    begin = time.perf_counter()
    visitor.send(message.SerializeToString())
    while True:
        answer = ForwardMsg()
        answer.ParseFromString(visitor.recv())
        if answer.WhichOneof("type") == "script_finished":
            return time.perf_counter() - begin
