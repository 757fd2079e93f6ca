"""House rules that no reviewer should have to remember: imports point down, each library has its room, files fit in the head."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FLOORS = [  # errors lie below them all
    "home units stats",
    "tables",
    "metric hours files cells pull",
    "forms",
    "sources catalogue lifecycle sample",
    "scope engine",
    "measure read",
    "trends changes benchmarks targets correlations what_if staffing feedback explain timeline quality "
    "examples periods events spread cohorts workload scorecard calibration agents connect",
    "charts export store",
    "report",
    "api cli",
    "docs",
]
FLOOR = {"errors": -1, "steps": -1} | {room: number for number, rooms in enumerate(FLOORS) for room in rooms.split()}
LIBRARIES = {
    "typst": {"report"},
    "vl_convert": {"report"},
    "xlsxwriter": {"report"},
    "streamlit": set(),
    "altair": {"charts"},
    "requests": {"pull"},
    "sqlalchemy": {"store"},
    "duckdb": {"engine", "files", "connect"},
    "psycopg": {"connect"},
}
MODULES = {p: p.relative_to(ROOT / "kpi").parts[0].removesuffix(".py") for p in sorted(ROOT.glob("kpi/**/*.py"))}


def imports(path: Path) -> set[str]:
    """Every module a file imports when it runs, by its full name (`from kpi import x` gives kpi.x)."""
    package = path.relative_to(ROOT).with_suffix("").parts
    tree, found = ast.parse(path.read_text("utf-8")), set()
    for_types = [n for n in ast.walk(tree) if isinstance(n, ast.If) and ast.unparse(n.test) == "TYPE_CHECKING"]
    skipped = {id(inner) for block in for_types for inner in ast.walk(block)}
    for node in (n for n in ast.walk(tree) if id(n) not in skipped):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = ".".join([*(package[: -node.level] if node.level else ()), *([node.module] if node.module else [])])
            found |= {f"{base}.{alias.name}" for alias in node.names}
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_point_down_and_libraries_stay_in_their_rooms(path: Path) -> None:
    room, names = MODULES[path], [name.split(".") for name in imports(path)]
    for library, rooms in LIBRARIES.items():
        assert room in rooms or [library] not in [n[:1] for n in names], f"{library} may be imported only by {rooms or 'pages'}"
    assert ["pages"] not in [n[:1] for n in names], "kpi knows no page"
    if room == "__init__":
        return  # the public names: it may name any room
    assert room in FLOOR, f"kpi/{room} has no floor: give it one here and in the design"
    below = {n[1] for n in names if n[0] == "kpi" and len(n) > 1} - {room, "__version__"}
    assert not {b for b in below if FLOOR.get(b, 99) >= FLOOR[room]}, f"{room} (floor {FLOOR[room]}) imports sideways or up"


def tracked() -> list[Path]:
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout: nothing says which files are ours")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [p for name in listed.split("\0") if name and (p := ROOT / name).is_file()]


def test_files_fit_in_the_head_and_name_no_machine() -> None:
    home = re.compile(r"(?<![\w./])/(?:work|root|home|Users)/\w")
    long, local = {}, {}
    for path in tracked():
        try:
            lines = path.read_text("utf-8").splitlines()
        except UnicodeDecodeError:
            continue
        if path.suffix == ".py" and len(lines) > 400:
            long[path.name] = len(lines)
        local |= {f"{path.name}:{i}": line for i, line in enumerate(lines, 1) if home.search(line)}
    assert not long, f"over 400 lines, so they become packages: {long}"
    assert not local, f"a path of somebody's machine: {local}"


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock", "requirements-bench.lock"])
def test_locks_have_hashes_and_no_hosts(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    assert "://" not in text and "-index" not in text, "where packages come from is the machine's business"
    entries = re.split(r"\n(?=\S)", text.strip())
    assert len(entries) > 40 and all("==" in e and "--hash=sha256:" in e for e in entries)
