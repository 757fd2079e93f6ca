"""The README is never behind the command. (The reference pages: tests/docs.)"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_the_readme_names_every_command() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    helped = subprocess.run([Path(sys.executable).with_name("kpi"), "--help"], cwd=ROOT, capture_output=True, text=True, check=False)
    commands = [line.split()[0] for line in helped.stdout.splitlines() if line.startswith("    ") and line[4] != " "]
    assert "compute" in commands, helped.stdout + helped.stderr
    assert not [name for name in commands if f"kpi {name}" not in readme]
