"""The reference pages in docs/, written from the declarations: metrics, sources, tables and the command line.

python -m kpi.docs            # write them
python -m kpi.docs --check    # only say which are out of date; exit code 1 when one is
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from kpi import api, cli, forms
from kpi.catalogue import CATALOGUE, FAMILIES
from kpi.cells import Choice, Constant, Duration, Reader
from kpi.cells.combined import After, Between, Either, First, Kept, Total, When
from kpi.cells.instants import DayAndTime, Instant
from kpi.cells.plain import Count, Flag, Identifier, Items, Number, Text
from kpi.cli.examples import EXAMPLES
from kpi.forms import base, durations, shares
from kpi.metric import CLOCKS, FCR_VARIANTS, PARAMS, STATISTICS, Metric, described
from kpi.sources import CONFIDENCES, Part, Source, all_sources
from kpi.tables import ROW_EXPORT, TABLES, Column
from kpi.units import unit_name

NOTE = "Written by `make docs` from the declarations; do not edit."


def _code(text: object) -> str:
    return f"`{str(text).replace('|', chr(92) + '|')}`"


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(header)} |"
    yield f"|{'---|' * len(header)}"
    yield from (f"| {' | '.join(row)} |" for row in rows)
    yield ""


# --- metrics ------------------------------------------------------------------------------------------------------------------------


def metrics() -> Iterator[str]:
    """Every metric by family; what can be set; statistics and gates."""
    yield from ("# Metrics", "", NOTE, "")
    yield f"{len(CATALOGUE)} metrics. Unknown is never 0: a row that lacks what a metric needs leaves numerator and denominator together."
    yield "Times are UTC instants; the reporting zone cuts them into days. Deleted, spam and merged tickets count nowhere unless asked for."
    yield ""
    for family in FAMILIES:
        yield f"- **{family}**: " + ", ".join(f"[{m.label}](#{m.name})" for m in _of(family))
    for family in FAMILIES:
        yield from ("", f"## {family.capitalize()}")
        for metric in _of(family):
            yield from ("", *_metric(metric))
    yield from ("", "## What can be set", "", "With `--param NAME=VALUE`, or in the address; durations are written 20s, 15m, 4h, 7d.", "")
    yield from _table(
        ("name", "default", "what it does"),
        (
            (_code(p.name), _code(p.default), p.about + "".join(f"<br>{_code(code)}: {words}" for code, words in p.choices.items()))
            for p in PARAMS.values()
        ),
    )
    yield from ("## First contact resolution, the variants", "")
    form = CATALOGUE["first_contact_resolution"].form
    yield from _table(
        ("variant", "resolved at first contact means", "needs"),
        ((_code(code), words, _needs(_by_variant(form).get(code, ()))) for code, words in FCR_VARIANTS.items()),
    )
    yield from _statistics()


def _of(family: str) -> list[Metric]:
    return [metric for metric in CATALOGUE.values() if metric.family == family]


def _by_variant(form: object) -> dict[str, tuple[str, ...]]:
    return dict(getattr(form, "needs", {}))


def _needs(alternatives: Sequence[str]) -> str:
    """ "`a` and (`b` or `c`)" rather than "`a` and `b`, or `a` and `c`", wherever the alternatives are such a product."""
    every = [tuple(one.split(" & ")) for one in alternatives]
    for k in range(1, len(every[0]) if every else 0):
        ends = {one[k:] for one in every if one[:k] == every[0][:k]}
        tails = sorted(ends, key=[one[k:] for one in every].index)
        parted = [next(((one[: -len(tail)], tail) for tail in tails if one[-len(tail) :] == tail), None) for one in every]
        heads = list(dict.fromkeys(pair[0] for pair in parted if pair))
        if len(every) > 1 and all(parted) and len(set(parted)) == len(every) == len(heads) * len(tails) and all(heads):
            return f"{_either(heads)} and {_either(tails)}"
    return ", or ".join(_both(one) for one in every)


def _either(options: Sequence[tuple[str, ...]]) -> str:
    said = " or ".join(_both(one) for one in options)
    return f"({said})" if len(options) > 1 else said


def _both(columns: Sequence[str]) -> str:
    return " and ".join(_code(column) for column in columns)


def _metric(metric: Metric) -> Iterator[str]:
    told = described(metric)
    yield f'### <a id="{metric.name}"></a>{metric.label}, `{metric.name}`'
    yield from ("", metric.about, "")
    yield f"- Formula: {metric.formula}"
    low, high = ("no limit" if end is None else f"{end:g}" for end in (metric.low, metric.high))
    yield f"- Unit: {unit_name(metric.unit)}, from {low} to {high}; {told['direction']}"
    yield f"- Belongs to the period of: {metric.by}"
    by_variant = _by_variant(metric.form)
    yield f"- Needs: {'see the variants' if by_variant else _needs(metric.needs)}"
    if metric.params:
        yield f"- Can be set: {', '.join(_code(p) for p in metric.params)}"
    yield f"- Interval: {_interval(metric.form)}"
    yield f"- Reference: {metric.reference}"


def _interval(form: forms.Form) -> str:
    while isinstance(form, forms.Choice):
        form = next(iter(form.options.values()))
    words = INTERVALS[type(form)]
    return f"{form.statistic} by default; {words}" if isinstance(form, forms.Duration | forms.Spread) else words


INTERVALS: dict[type, str] = {
    forms.Total: "none, it is a full count",
    forms.Difference: "none, it is made of two full counts",
    forms.Ratio: "none, both sums are full counts",
    forms.Share: "Wilson",
    forms.Mean: "Student's t",
    forms.Nps: "adjusted Wald (Rocks 2016)",
    forms.Duration: "order statistics for quantiles, Student's t for the mean",
    forms.Spread: "none, it is over all that is open",
}
"""Form -> its interval."""


def _statistics() -> Iterator[str]:
    yield from ("## Statistics, clocks and gates", "")
    yield f"Durations know {', '.join(_code(s) for s in STATISTICS)}; quantiles are linear between ranks (type 7). Intervals are of 95 %."
    yield f"The clock is {' or '.join(f'{_code(clock)} ({words})' for clock, words in CLOCKS.items())}, and always stated."
    yield ""
    yield from _table(
        ("where", "gate"),
        (
            ("a share", f"below {shares.FEW['share']} rows no interval; below {base.SMALL_SAMPLE} said to be a small sample"),
            ("NPS", f"below {shares.FEW['nps']} answers no interval, the counts are said"),
            (
                "a mean",
                f"below {base.SMALL_SAMPLE} rows said to be a small sample; of durations, below {durations.LONG_TAIL} said to be too narrow",
            ),
            (
                "a quantile",
                "an interval as soon as the ranks of the order statistics allow one: 6 rows for the median, 36 for the 90th percentile",
            ),
            (
                "durations by creation",
                f"with more than {100 * durations.OPEN_SHARE:g} % still open, Kaplan-Meier instead of the finished ones alone",
            ),
            ("a count", "a full count has no interval; a change of counts has one, from exact Poisson limits"),
            ("an unfinished period", "its value is shown and marked, and compared with nothing"),
        ),
    )


# --- sources ------------------------------------------------------------------------------------------------------------------------


def sources() -> Iterator[str]:
    """Every export and mapping: how it is recognised, and where each canonical column is found in it."""
    known = list(all_sources().values())
    yield from ("# Exports that are recognised", "", NOTE, "")
    yield "A file is recognised by its headers, not by its name. Upper and lower case and blanks make no difference; a note in brackets"
    yield "behind a header may be left out. Where several headers are named, the first that is there is read. A file nobody recognises is"
    yield "mapped by hand, on the page or with `--mapping FILE`; a mapping says what a section below says."
    yield from ("", "How well a layout is known:", "", *(f"- {word}: {meaning}" for word, meaning in CONFIDENCES.items()), "")
    yield from _table(
        ("source", "name", "fills", "confidence", "does not tell"),
        (
            (_label(s), f"[`{s.name}`](#{s.name})", _fills(s), "best effort" if s.is_best_effort else s.confidence, _silent(s))
            for s in known
        ),
    )
    for source in known:
        yield from ("", f'## <a id="{source.name}"></a>{_label(source)}, `{source.name}`', "", *_source(source))


def _fills(source: Source) -> str:
    return ", ".join(dict.fromkeys(p.fills for p in source.parts))


TOLD = (
    "created_at",
    "first_reply_at",
    "solved_at",
    "status",
    "agent",
    "requester",
    "reopens",
    "agent_replies",
    "handle_seconds",
    "is_sla_met",
)
"""What most metrics of tickets ask for: what a source of tickets has no reader for is said."""


def _silent(source: Source) -> str:
    if source.fills != "tickets":
        return ""
    told = {column for part in source.parts for column in part.columns if part.fills == "tickets"}
    told |= {"solved_at"} & {c.replace("closed_at", "solved_at") for c in told}
    told |= {c.replace("_seconds", "_at").replace("first_resolution", "solved").replace("full_resolution", "solved") for c in told}
    surveys = [] if any(p.fills == "surveys" for p in source.parts) else ["surveys"]
    return ", ".join([*(_code(c) for c in TOLD if c not in told), *surveys])


def _label(source: Source) -> str:
    return source.label if any(map(str.isupper, source.label.split()[0])) else f"{source.label[0].upper()}{source.label[1:]}"


def _source(source: Source) -> Iterator[str]:
    groups = "; or ".join(", ".join(_code(header) for header in group) for group in source.signs)
    found = ", ".join(_code(column) for column in dict.fromkeys((*source.main.table.required, *source.needs)))
    implied = {header for group in source.signs for header in group} >= {*source.main.table.required, *source.needs}
    yield f"- Recognised by: {groups or 'a header'}{'' if implied else f' for {found}' if not groups else f'; and a header for {found}'}"
    if source.general:
        yield "- Only where no other source fits"
    if source.over:
        yield f"- Goes before {', '.join(_code(name) for name in source.over)} where both fit"
    yield f"- Known from: {CONFIDENCES[source.confidence]}"
    yield from (f"- Said at every import: {sentence}" for sentence in source.warns)
    yield from (f"- Said where it is so ({', '.join(_code(h) for h in r.sought)}): {text.format(n='n')}" for r, text in source.alarms)
    if source.most_rows:
        yield f"- The tool ends an export at {source.most_rows:,} rows; a file of as many is said to lack some, perhaps"
    if source.reshape:
        yield f"- Made into another table first: {(source.reshape.__doc__ or '').split(chr(10))[0]}"
    if source.completes:
        yield "- Beside another export of the tool it adds the columns that one has not"
    if source.people:
        yield f"- Gives agents their names and authors their roles ({', '.join(_code(h) for r in source.people.values() for h in r.sought)})"
    yield f"- Times without a zone: {'UTC, by the contract of the format' if source.utc else source.zone or 'the zone you name (UTC, with a doubt, when none)'}"
    if source.keep:
        yield f"- Rows left out: {source.drops} ({', '.join(_code(h) for h in source.keep.sought)})"
    if source.latest:
        newest = [_code(item) if isinstance(item, str) else ", ".join(_code(h) for h in item.sought) for item in source.latest]
        yield f"- Of several rows of one ticket the newest counts, by: {', then '.join(newest)}"
    for part in source.parts:
        yield from ("", *_table((part.fills, "read from", "as"), _columns(part)))


def _columns(part: Part) -> Iterator[tuple[str, str, str]]:
    for name, reader in part.columns.items():
        again = "else, in a row where that says nothing" if isinstance(reader, First) else "else"
        for i, one in enumerate(reader.choices if isinstance(reader, Either) else (reader,)):
            headers = ", ".join(_code(header) for header in dict.fromkeys(one.sought))
            yield again if i else _code(name), headers or "every row", _how(one, part.table.by_name[name])


def _how(reader: Reader, column: Column) -> str:
    """How the cells of a column are read, with their unit."""
    return _said_of(reader) + (f" ({column.unit})" if isinstance(reader, Number) and column.unit else "")


def _said_of(reader: Any) -> str:
    return next(READ[kind] for kind in type(reader).__mro__ if kind in READ)(reader)


def _vocabulary(reader: Any) -> str:
    usual = "yes or no" if isinstance(reader, Flag) else "the usual words for a status" if reader.more else ""
    own = [f"{_code(theirs)} is {_code(_said(ours))}" for theirs, ours in reader.words.items()]
    return "; ".join(part for part in (usual, *own) if part)


def _in(reader: Any) -> str:
    return f"in {reader.unit}" if reader.unit else "in the unit its header names"


def _within(reader: Any) -> str:
    return f" from {reader.low:g} to {reader.high:g}" if reader.low is not None and reader.high is not None else ""


READ: dict[Any, Callable[[Any], str]] = {
    Constant: lambda r: f"always {_code(_said(r.value))}",
    Choice: _vocabulary,
    Instant: lambda r: "an instant",
    DayAndTime: lambda r: "an instant in two columns, the day and the time of day",
    Duration: lambda r: f"a duration {_in(r)}{' (assumed, and said)' if r.assumed else ''}",
    Total: lambda r: "a duration, the sum of " + ", ".join(f"{_code(p.names[0])} {_in(p)}" for p in r.parts),
    After: lambda r: f"an instant, {_code(r.start.sought[0])} plus {_code(r.wait.sought[0])} {_in(r.wait)}",
    Between: lambda r: f"a duration, from {_code(r.start.sought[0])} to {_code(r.end.sought[0])}",
    First: lambda r: "; where that says nothing, ".join(map(_said_of, r.choices)),
    When: lambda r: f"{_said_of(r.what)}, only where {', '.join(_code(h) for h in r.where.sought)} says so",
    Text: lambda r: "; ".join(["text", *(f"{_code(theirs)} is {_code(ours)}" for theirs, ours in r.words.items())]),
    Identifier: lambda r: f"an identifier{f', the part {_code(r.part)}' if r.part else ''}",
    Kept: lambda r: (
        f"yes or no: time left of the promise, below zero is no{f'; yes only once {_code(r.once[0])} is there' if r.once else ''}"
    ),
    Items: lambda r: "a list",
    Count: lambda r: f"a whole number{f', less {r.less}' if r.less else ''}",
    Number: lambda r: f"a number{_within(r)}",
}
"""How each kind of reader reads."""


def _said(value: object) -> str:
    return "nothing" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


# --- tables and the command line ----------------------------------------------------------------------------------------------------


def tables() -> Iterator[str]:
    """The eight canonical tables."""
    yield from ("# Canonical tables", "", NOTE, "")
    yield "Everything that is read becomes rows of these eight tables. Each may also be given as `<table>.csv` with exactly these headers:"
    yield "ISO 8601 times in UTC, lists joined by `;`, empty means unknown. Other columns of tickets become splits of their own."
    yield ""
    yield "Required columns are bold. A split is a column one may group and filter by; private columns are shown to nobody who only has a link;"
    yield "computed ones are made from messages, changes and surveys where there are any, and else taken as the export states them."
    for table in TABLES.values():
        yield from ("", f"## {table.name}", "", table.about, "")
        yield from _table(("column", "type", "unit", "what it is", ""), (_column(column) for column in table.columns))
    yield from ("", "## The row-per-ticket export", "", "`kpi tickets` writes these columns, then the export's own:", "")
    yield " ".join(_code(name) for name in ROW_EXPORT)


def _column(column: Column) -> tuple[str, ...]:
    facts = {"split": column.split, "private": column.private, "computed": column.derived}
    about = column.about + (f" One of {', '.join(_code(word) for word in column.words)}." if column.words else "")
    name = f"**{_code(column.name)}**" if column.required else _code(column.name)
    return name, column.type, column.unit, about, ", ".join(fact for fact, holds in facts.items() if holds)


def command_line() -> Iterator[str]:
    """Every command with its options, and examples."""
    parser = cli.parser()
    yield from ("# Command line", "", NOTE, "", f"{parser.description} JSON goes to stdout, sentences to stderr.", "")
    yield "The exit code is 0 when it is done and 2 when something given is wrong; the sentence says what, and what to do."
    yield "`kpi check` ends with 1 when a target is missed for sure: see [targets](targets.md)."
    yield "What `kpi correlate`, `kpi explain` and `kpi what-if` answer, field by field, with examples: see [the analyses](analyses.md)."
    for name, command in _commands(parser).items():
        yield from ("", f"## kpi {name}", "", command.description or "", "")
        yield from _table(("option", "what it does"), (_option(action) for action in command._actions if action.dest != "help"))
        yield from (["```", *EXAMPLES[name], "```"] if name in EXAMPLES else [])


def _commands(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    chosen = next(a for a in parser._actions if isinstance(a, argparse._SubParsersAction))
    return dict(chosen.choices)


def _option(action: argparse.Action) -> tuple[str, str]:
    name = ", ".join(action.option_strings) or ""
    shown = str(action.metavar or ("" if action.nargs == 0 else "|".join(action.choices or (action.dest.upper(),))))
    several = " …" if action.nargs in ("+", "*") else ""
    facts = ["required"] * action.required if action.option_strings else []
    if action.default not in (None, [], False, argparse.SUPPRESS) and "default" not in (action.help or ""):
        facts.append(f"default {_code(action.default)}")
    about = action.help or ""
    return _code(f"{name} {shown}".strip() + several), f"{about[:1].upper()}{about[1:]}" + (f" ({', '.join(facts)})" if facts else "")


# --- writing ------------------------------------------------------------------------------------------------------------------------

PAGES: dict[str, Callable[[], Iterator[str]]] = {
    "metrics.md": metrics,
    "sources.md": sources,
    "tables.md": tables,
    "command-line.md": command_line,
    "openapi.json": lambda: iter(json.dumps(api.described(), indent=1, ensure_ascii=False).splitlines()),
}


def text_of(name: str) -> str:
    """A page, as it should be."""
    return re.sub(r"\n{3,}", "\n\n", "\n".join(PAGES[name]())).strip() + "\n"


def stale(folder: Path) -> list[str]:
    """The pages that say something else than the declarations, or are not there."""
    return [n for n in PAGES if not (folder / n).is_file() or (folder / n).read_text("utf-8") != text_of(n)]


def main(arguments: Sequence[str], folder: Path) -> int:
    """Write what is out of date, or only say so (`--check`); 1 when something was out of date and was only said."""
    checking, behind = "--check" in arguments, stale(folder)
    for name in [] if checking else behind:
        (folder / name).write_text(text_of(name), "utf-8")
    sys.stderr.write(f"{'Out of date' if checking else 'Written'}: {', '.join(behind) or 'nothing'}.\n")
    return int(checking and bool(behind))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], Path(__file__).parents[1] / "docs"))
