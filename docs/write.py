"""Writes docs/metrics.md and docs/sources.md from the declarations. With --check it only says whether they are up to date."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

from kpi.catalogue import CATALOGUE, FAMILIES
from kpi.metric import Metric, described
from kpi.sources import Part, Source, all_sources
from kpi.units import unit_name

DOCS = Path(__file__).parent
NOTE = "Written by `make docs` from the declarations; do not edit."


def metrics() -> str:
    """Every metric: what it is, how it is made, what it needs, where the rule comes from."""
    lines = [
        "# Metrics",
        "",
        NOTE,
        "",
        "Unknown is never 0: a row that lacks what a metric needs leaves numerator and denominator together.",
    ]
    for family in FAMILIES:
        lines += ["", f"## {family.capitalize()}"]
        for metric in (m for m in CATALOGUE.values() if m.family == family):
            lines += ["", *_metric(metric)]
    return "\n".join(lines) + "\n"


def _metric(metric: Metric) -> Iterator[str]:
    told = described(metric)
    yield f"### {metric.label} · `{metric.name}`"
    yield ""
    yield metric.about
    yield ""
    yield f"- Made as: {metric.formula}"
    yield f"- Unit: {unit_name(metric.unit)}; {told['direction']}"
    yield f"- Period of: {metric.by}"
    yield f"- Needs: {' — or '.join(f'`{need}`' for need in metric.needs)}"
    switches = [f"`{name}`" for name in told["switches"]] + [f"`{p['name']}` (default {p['default']})" for p in told["params"]]
    if switches:
        yield f"- Can be set: {', '.join(switches)}"
    yield f"- Rule: {metric.reference}"


def sources() -> str:
    """Every export that is recognised: by which headers, and where each canonical column is found in it."""
    known = all_sources().values()
    lines = ["# Exports that are recognised", "", NOTE, "", f"{len(known)} layouts. A file nobody recognises can be mapped by hand."]
    for source in known:
        lines += ["", f"## {source.label} · `{source.name}`", "", *_source(source)]
    return "\n".join(lines) + "\n"


def _source(source: Source) -> Iterator[str]:
    for group in source.signs:
        yield f"Recognised by {', '.join(f'`{header}`' for header in group)}."
        yield ""
    for part in (source.main, *source.also):
        yield f"| {part.fills} | found in |"
        yield "|---|---|"
        yield from _columns(part)
        yield ""


def _columns(part: Part) -> Iterator[str]:
    for column, reader in part.columns.items():
        headers = ", ".join(f"`{header.replace('|', chr(92) + '|')}`" for header in dict.fromkeys(_headers(reader)))
        yield f"| `{column}` | {headers or 'the same for every row'} |"


def _headers(reader: Any) -> Iterator[str]:
    """The headers a reader looks for, those of the readers it is made of included."""
    if isinstance(reader, tuple | list):
        for inner in reader:
            yield from _headers(inner)
    elif is_dataclass(reader):
        yield from getattr(reader, "names", ())
        for field in fields(reader):
            if field.name != "names":
                yield from _headers(getattr(reader, field.name))


def main(arguments: list[str]) -> int:
    stale = []
    for name, text in (("metrics.md", metrics()), ("sources.md", sources())):
        path = DOCS / name
        if not path.exists() or path.read_text("utf-8") != text:
            stale.append(name)
            if "--check" not in arguments:
                path.write_text(text, "utf-8")
    sys.stderr.write(f"{'Out of date' if '--check' in arguments else 'Written'}: {', '.join(stale) or 'nothing'}\n")
    return int(bool(stale) and "--check" in arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
