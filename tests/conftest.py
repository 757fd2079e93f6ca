"""What every test may lean on: the data sets beside the project, a PostgreSQL of our own, and a say in what may be skipped."""

from __future__ import annotations

import functools
import gc
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"]


GROUPED = ("agents", "api", "changes", "correlations", "report", "sample", "trends", "what_if")
"""Folders whose tests lean on one company that takes seconds to make: one worker has each of them."""


def pytest_configure(config: pytest.Config) -> None:
    """What imports have made lives as long as the run: the collector need not look through it again and again.

    Work is handed out in the order of `pytest_collection_modifyitems`, not by the number of tests.
    """
    gc.set_threshold(20_000, 20, 50)
    if hasattr(config.option, "loadscopereorder"):
        config.option.loadscopereorder = False


def group_of(item: pytest.Item) -> str:
    """Tests that stand on the same things go to one worker, so that it makes them once: a file's, or a folder's.

    One worker has the browser and one the database, so that two of them never fight over two cores.
    """
    for marker in ("browser", "database"):
        if item.get_closest_marker(marker):
            return marker
    parts = item.path.relative_to(ROOT / "tests").parts if item.path.is_relative_to(ROOT / "tests") else (item.path.name,)
    return parts[0] if parts[0] in GROUPED else "/".join(parts)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Each test goes to its group, the longest groups first.

    Tests that use the real exports beside the project read whole files, so they are slow by nature.
    """
    for item in items:
        if item.path.is_relative_to(ROOT / "tests" / "datasets") or "datasets" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.slow)
        if item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(group_of(item)))
    order = ("browser", "database")
    items.sort(key=lambda item: next((n for n, name in enumerate(order) if item.get_closest_marker(name)), len(order)))


def pytest_make_parametrize_id(val: object) -> str | None:
    """Bytes as parameters are named by their length: two workers must give a test one name, and a gzip file holds its time."""
    return f"{len(val)}-bytes" if isinstance(val, bytes) else None


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """KPI_REQUIRE=browser,database turns a skip of such a test into a failure: a proof that did not run is none."""
    outcome = yield
    report = outcome.get_result()
    required = {name for name in os.environ.get("KPI_REQUIRE", "").split(",") if name and item.get_closest_marker(name)}
    if report.skipped and required and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, but KPI_REQUIRE asks for {', '.join(sorted(required))} tests: {report.longrepr}"


@pytest.fixture(scope="session", autouse=True)
def installed_components() -> Iterator[None]:
    """Streamlit's AppTest reads the metadata of every installed package for each app it opens; while tests run they stay what they are."""
    from streamlit.components.v2 import manifest_scanner

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", functools.cache(manifest_scanner.scan_component_manifests))
        yield


@pytest.fixture(scope="session")
def datasets() -> Path:
    """The folder of real exports that lies beside the project, not in it."""
    folder = ROOT.parent / "shared" / "datasets"
    if not folder.is_dir():
        pytest.skip("the data sets are not beside the project (../shared/datasets)")
    return folder


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """Address of an empty PostgreSQL that nobody else uses: KPI_TEST_POSTGRES, or a cluster made here and thrown away.

    It listens on a socket file only. PostgreSQL refuses to run as root, so root lends it to the `postgres` user.
    """
    if given := os.environ.get("KPI_TEST_POSTGRES"):
        yield given
        return
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb")) or [Path(p) for p in [shutil.which("initdb")] if p]
    if not places:
        pytest.skip("PostgreSQL is not installed (no initdb)")
    tools, home = places[-1].parent, Path(tempfile.mkdtemp(prefix="kpi-pg-"))
    run_as: list[str] = []
    if os.geteuid() == 0:
        shutil.chown(home, "postgres", "postgres")
        run_as = ["runuser", "-u", "postgres", "--"]

    def run(tool: str, *arguments: str) -> None:
        subprocess.run([*run_as, str(tools / tool), *arguments], cwd=home, check=True, stdout=subprocess.DEVNULL)

    try:
        run("initdb", "-D", f"{home}/data", "-U", "kpi", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        settings = f"-c listen_addresses='' -c fsync=off -c timezone=UTC -k {home}"
        run("pg_ctl", "-D", f"{home}/data", "-l", f"{home}/log", "-w", "-o", settings, "start")
        yield f"postgresql://kpi@/postgres?host={home}"
        run("pg_ctl", "-D", f"{home}/data", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def chromium() -> Iterator[object]:
    """One Chromium for all browser tests of a worker: a second one could not start beside it."""
    sync_api = pytest.importorskip("playwright.sync_api")
    names = ("chromium", "chromium-browser", "google-chrome")
    path = os.environ.get("KPI_CHROMIUM") or next((p for p in map(shutil.which, names) if p), None)
    if path is None:
        pytest.skip("no Chromium on this machine (set KPI_CHROMIUM to its path)")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()
