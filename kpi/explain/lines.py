"""The Python lines that give a number again in a notebook, and which code made it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from kpi.home import app_folder
from kpi.metric import Metric
from kpi.scope import Scope


@dataclass(frozen=True)
class Reading:
    """How the files were read: their names, and what was said about them (see `kpi.read`). `is_sample`: the sample company."""

    files: tuple[str, ...] = ()
    zone: str = ""
    date_orders: Mapping[str, str] = field(default_factory=dict, hash=False)
    mappings: Mapping[str, str] = field(default_factory=dict, hash=False)
    is_sample: bool = False

    @property
    def reader(self) -> str:
        """What reads them: where a declared connection is among the files, its own reader."""
        return "connect.read" if any(name.endswith(".toml") for name in self.files) else "kpi.read"

    @property
    def imports(self) -> tuple[str, ...]:
        return ("import kpi", "from kpi import connect") if self.reader == "connect.read" else ("import kpi",)


def python_lines(metric: Metric, scope: Scope, reading: Reading, fingerprint: str) -> str:
    """Lines to run beside the files: they print the sentence of the number. Names from files are written as Python literals."""
    given = [_literal(name) for name in reading.files]
    sample = []
    if reading.is_sample:
        sample = [
            "from pathlib import Path",
            "",
            "from kpi.sample import write",
            "",
            'write(Path("sample"))  # the sample company, made anew',
        ]
        given = [_literal(f"sample/{name}") for name in reading.files]
    said = {
        "zone": _literal(reading.zone) if reading.zone else "",
        "date_orders": _literal(dict(reading.date_orders)) if reading.date_orders else "",
        "mappings": _literal(dict(reading.mappings)) if reading.mappings else "",
    }
    read = [*given, *(f"{name}={text}" for name, text in said.items() if text)]
    folder = "sample/" if reading.is_sample else ""
    lines = [
        *sample[:2],
        *reading.imports,
        *(sample[2:] or [""]),
        f"data = {reading.reader}({_wrapped(read)})",
        f"scope = kpi.Scope({_wrapped(_scope(metric, scope, folder))})",
        f"print(kpi.measure({_literal(metric.name)}, scope, data).text)",
        f"# The same files give the same fingerprint: data.fingerprint == {_literal(fingerprint.partition('-')[0])}",
    ]
    return "\n".join(lines)


def _scope(metric: Metric, scope: Scope, folder: str) -> list[str]:
    """The arguments of a scope that differ from its defaults."""
    wanted: dict[str, object] = {
        "start": scope.start and scope.start.isoformat(),
        "end": scope.end and scope.end.isoformat(),
        "zone": scope.zone if scope.zone != "UTC" else None,
        "clock": scope.clock if scope.clock != "calendar" else None,
        "calendar": f"{folder}calendar.toml" if scope.calendar and scope.clock == "business" and "clock" in metric.params else None,
        "statistic": scope.statistic,
        "where": {column: list(values) for column, values in scope.where} or None,
        "as_of": scope.as_of and f"{scope.as_of.isoformat()}Z",
        "compare": scope.compare,
        "params": dict(scope.params) or None,
    }
    return [f"{name}={_literal(value)}" for name, value in wanted.items() if value is not None]


def _literal(value: object) -> str:
    """Text, lists and dictionaries of text as Python writes them: what JSON writes is Python too, in double quotes."""
    return json.dumps(value, ensure_ascii=False)


def _wrapped(arguments: Sequence[str]) -> str:
    """Arguments in one line where they fit, else one a line."""
    line = ", ".join(arguments)
    return line if len(line) <= 90 else "\n    " + ",\n    ".join(arguments) + ",\n"


@lru_cache(maxsize=1)
def code_version() -> str:
    """ "0.1.0 (commit 25e5fb6a1b2c)"; without the commit where the code is no checkout."""
    try:
        said = version("deskmeter")
    except PackageNotFoundError:
        said = "unknown"
    commit = _commit(app_folder() / ".git")
    return f"{said} (commit {commit[:12]})" if commit else said


def _commit(place: Path) -> str:
    """The commit a checkout stands at, read from git's own files; "" where that cannot be told."""
    try:
        head = (place / "HEAD").read_text("utf-8").strip()
        if not head.startswith("ref: "):
            return head
        name = head.removeprefix("ref: ")
        if (place / name).is_file():
            return (place / name).read_text("utf-8").strip()
        packed = (line.split() for line in (place / "packed-refs").read_text("utf-8").splitlines())
        return next((words[0] for words in packed if len(words) == 2 and words[1] == name), "")
    except (OSError, UnicodeDecodeError):
        return ""
