"""A large CSV (500 MB unless said) through the browser: memory of the server and of the import, and how long each step takes, beside `pandas.read_csv`.

    python bench/upload.py [megabytes]

The file is the tickets of a sample company, repeated under other ids until it is large enough. Memory is read from the system twenty times a
second; the import runs in a process of its own, so both are told, and their sum at its highest. Exit code 1 when
both together pass 1.5 GiB.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from _server import ROOT, Server, serving

from kpi import sample

IDLE = "[data-testid='stApp'][data-test-script-state='notRunning'][data-test-connection-state='CONNECTED']"
MOST = 1536
WITH_PANDAS = "import sys, pandas, resource; f = pandas.read_csv(sys.argv[1]); print(len(f), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)"


def large(folder: Path, megabytes: int) -> tuple[Path, int]:
    """The file, and its rows."""
    sample.write(folder / "company", tickets=100_000)
    header, _, body = (folder / "company" / "tickets.csv").read_text("utf-8").partition("\n")
    target, turn, rows = folder / "tickets.csv", 0, body.count("\n")
    with target.open("w", encoding="utf-8") as out:
        out.write(header + "\n")
        while out.tell() < megabytes * 1_000_000:
            out.writelines(
                f"{turn}x{line}\n" for line in body.splitlines()[: max(1, (megabytes * 1_000_000 - out.tell()) * rows // len(body))]
            )
            turn += 1
    shutil.rmtree(folder / "company")
    return target, sum(1 for _ in target.open(encoding="utf-8")) - 1


def resident(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) for line in lines if line.startswith("VmRSS")), 0) / 1024


def children(pid: int) -> list[int]:
    try:
        return [int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()]
    except OSError:
        return []


class Watch(threading.Thread):
    """The highest memory of a server, of its children, and of both at once."""

    def __init__(self, server: Server) -> None:
        super().__init__(daemon=True)
        self.server, self.alone, self.child, self.both, self.over = server, 0.0, 0.0, 0.0, False

    def run(self) -> None:
        while not self.over:
            own, others = resident(self.server.pid), sum(map(resident, children(self.server.pid)))
            self.alone, self.child, self.both = max(self.alone, own), max(self.child, others), max(self.both, own + others)
            time.sleep(0.05)


def main() -> int:
    megabytes = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    path = os.environ.get("KPI_CHROMIUM") or next(
        (p for p in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if p), None
    )
    if path is None:
        print("left out: no Chromium on this machine")
        return 0
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  only where there is a browser

    with tempfile.TemporaryDirectory() as made:
        file, rows = large(Path(made), megabytes)
        print(f"{file.stat().st_size / 1e6:,.0f} MB, {rows:,} tickets")
        with serving(ROOT / "streamlit_app.py", Path(made) / "home") as server, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
            page = browser.new_page()
            page.goto(server.url)
            page.wait_for_selector(IDLE)
            before, watch = resident(server.pid), Watch(server)
            watch.start()
            begin = time.perf_counter()
            page.locator("input[type=file]").first.set_input_files(file)
            page.get_by_text("One moment").wait_for(timeout=600_000)
            sent = time.perf_counter() - begin
            page.get_by_text("How support is doing").wait_for(timeout=900_000)
            page.get_by_text("Tickets created").first.wait_for(timeout=60_000)
            shown = time.perf_counter() - begin
            page.wait_for_selector(IDLE, timeout=300_000)
            watch.over = True
            print(f"  sent and on disk after {sent:.0f} s, first numbers after {shown:.0f} s")
            print(f"  server: {before:,.0f} MB before, {watch.alone:,.0f} MB at its peak, {resident(server.pid):,.0f} MB in the end")
            print(f"  import: {watch.child:,.0f} MB at its peak; both together never above {watch.both:,.0f} MB")
            browser.close()
        begin = time.perf_counter()
        answer = subprocess.run([sys.executable, "-c", WITH_PANDAS, str(file)], capture_output=True, text=True, check=True).stdout.split()
        print(
            f"  pandas.read_csv alone: {answer[1]} MB, {time.perf_counter() - begin:.0f} s; ours holds {watch.both / int(answer[1]):.2f} times that"
        )
    return int(watch.both > MOST)


if __name__ == "__main__":
    sys.exit(main())
