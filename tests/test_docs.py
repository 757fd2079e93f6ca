"""The reference pages are written from the declarations, and are never behind them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_the_reference_pages_say_what_the_declarations_say() -> None:
    done = subprocess.run([sys.executable, "docs/write.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.stderr.strip()}: run `make docs`"


def test_the_readme_names_every_command() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    helped = subprocess.run([Path(sys.executable).with_name("kpi"), "--help"], cwd=ROOT, capture_output=True, text=True, check=False)
    commands = [line.split()[0] for line in helped.stdout.splitlines() if line.startswith("    ") and line[4] != " "]
    assert "compute" in commands, helped.stdout + helped.stderr
    assert not [name for name in commands if f"kpi {name}" not in readme]
