"""`kpi correlate`, `kpi explain` and `kpi what-if`: the analyses of the pages, by the same functions and to the same digit.

JSON (or plain text with --format table) goes to stdout, remarks to stderr. What each field means stands in docs/analyses.md.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kpi.cli.scoped import period, recent, scope_of, usual
from kpi.cli.shared import about, dataset, give_files_back, one_line, progress, text_of, write_json
from kpi.errors import BadValue, KpiError, did_you_mean

if TYPE_CHECKING:
    from kpi.changes import Pair as Sides
    from kpi.correlations import Matrix, Pair
    from kpi.engine import Dataset
    from kpi.events import Event
    from kpi.scope import Scope
    from kpi.what_if import Goal, Ground, Played

NOT_ANSWERED = 2
"""The exit code where a what-if is refused: nobody's data reach so far."""
MOST_TOLD = 12
"""Links told in text beside the pairs everybody asks about, the surest ones; JSON has all."""
NEAR_DAYS = 14
"""Notes from so long before a period may have had their part in it."""


def correlate(options: argparse.Namespace) -> None:
    """Every pair of numbers at one unit, and named pairs closely."""
    from kpi.catalogue import find  # noqa: PLC0415  reading loads the database; --help must not wait for it
    from kpi.correlations import correlate as links  # noqa: PLC0415
    from kpi.correlations import driver_first, record, widened  # noqa: PLC0415
    from kpi.correlations.look import look  # noqa: PLC0415
    from kpi.correlations.words import sentence  # noqa: PLC0415

    give_files_back(options, "metric", "where", "param")
    unit = options.unit or ("periods" if options.by else "tickets")
    if options.by and unit != "periods":
        raise BadValue(f"--by {options.by} is for --unit periods.", "Leave one of the two out.")
    for name in [*options.metric, *(name for pair in options.pair for name in pair)]:
        find(name)
    for first, second in options.pair:
        if first == second:
            raise BadValue(f"{find(first).label} cannot be compared with itself.", "Name two metrics.")
    scope = scope_of(options)
    data = dataset(options)
    asked = usual(scope, data).but(compare=None)
    wide = asked if options.exact else widened(asked, data, unit)
    if (wide.start, wide.end) != (asked.start, asked.end) and scope.start:
        _remark(f"A link needs more days than these: {wide.start} to {wide.end} is looked at. --exact keeps to the dates.")
    matrix = links(unit, wide, data)
    wanted = [driver_first(*pair) for pair in options.pair]
    named = [matrix.pair(*names) or _absent(matrix, *names) for names in wanted]
    looks = [look(pair, wide, data) for pair in named]
    shown = record.in_order(matrix)
    if options.metric or options.pair:
        shown = [p for p in shown if p in named or {p.first, p.second} & set(options.metric)]
        shown += [p for p in named if p not in shown]
    if options.format == "json":
        pairs = [record.of_pair(pair, matrix.ask) for pair in shown]
        head = {name: value for name, value in record.described(matrix).items() if name != "pairs"}
        _write(data, wide, {**head, "pairs": pairs, "looks": [record.of_look(one) for one in looks]})
        return
    if not (options.metric or options.pair):
        named_ones = [pair for pair in shown if record.is_named(pair)]
        shown = [*named_ones, *[pair for pair in matrix.claimed if pair not in named_ones][:MOST_TOLD]]
    _print([matrix.text, *(f"{record.title(pair)}: {sentence(pair, matrix.ask)}" for pair in shown)])
    for one in looks:
        said = [one.effect.text if one.effect else "", one.bend.text if one.bend else "", one.lags.text if one.lags else ""]
        _print(["", record.title(one.pair), *(text for text in said if text), *(s.text for s in one.splits if s.is_flagged), *one.notes])


def _absent(matrix: Matrix, first: str, second: str) -> Pair:
    """A pair that these data do not know at this unit."""
    from kpi.catalogue import find  # noqa: PLC0415
    from kpi.correlations import Pair  # noqa: PLC0415

    missing = next((name for name in (first, second) if name not in matrix.metrics), first)
    other = "" if matrix.unit == "periods" else ": try --unit periods"
    return Pair(first, second, matrix.unit, lacks=f"{find(missing).label} is not known here at this unit{other}")


def explain(options: argparse.Namespace) -> None:
    """One change: whether it is one, where it lies, and what else happened."""
    from kpi import changes, events  # noqa: PLC0415
    from kpi.catalogue import find  # noqa: PLC0415

    give_files_back(options, "by", "where", "param")
    metric = find(options.metric)
    scope = _dated(options, scope_of(options))
    against = _against(options, scope)
    notes = events.read(text_of(Path(options.events), "--events", 10_000_000)) if options.events else None
    data = dataset(options)
    pair = _segments(options, scope, data) if options.segment else _periods(options, scope, against, data)
    found = changes.explain(metric.name, pair, data, view=options.view)
    for column in options.by:
        if column not in found.change.splits:
            known = list(found.change.splits)
            reason = found.change.left_out.get(column, "")
            hint = did_you_mean(column, known) or (f"It may be {', '.join(known)}." if known else "No column of these data splits it.")
            raise BadValue(f"{metric.label} is not split by {column[:60]!r}{f': {reason}' if reason else ''}.", hint)
    near = _near(notes.events, pair, metric.name) if notes is not None else None
    for one in notes.rejected if notes is not None else ():
        _remark(f"{Path(options.events).name}, row {one.row}: {one.reason}")
    if options.format == "json":
        happened = None if near is None else [_event(event) for event in near]
        _write(data, pair.now, {"against": pair.before.to_query(), **found.record(options.by or None), "events": happened})
        return
    _print([found.text])
    for column in options.by or list(found.change.splits)[:1]:
        _print(["", f"{found.change.figure.label} by {changes.named(column).lower()}"])
        for row in changes.steps(found.change, column).to_dict("records"):
            is_end = row["what"] == changes.TOTAL
            said = found.change.say(row["end"]) if is_end else found.change.say_change(row["adds"])
            limits = "" if is_end else found.change.say_limits(row["low"], row["high"])
            _print([f"  {row['label']}: {said}{f' ({limits})' if limits else ''}"])
    if near:
        _print(["", "Also happened (that something came first does not make it the cause):", *(f"  {event.text}" for event in near)])


def _dated(options: argparse.Namespace, scope: Scope) -> Scope:
    """The scope with the dates of --period."""
    if not options.period:
        return scope
    if options.start or options.end:
        raise BadValue("--period and --from or --to say the same.", "Leave one of them out.")
    start, end = period(options.period, "--period")
    return scope.but(start=start, end=end)


def _against(options: argparse.Namespace, scope: Scope) -> tuple[Any, Any] | None:
    """The dates compared with, where they are named as such; None for "previous" and "last_year"."""
    from kpi.scope import COMPARISONS, Scope  # noqa: PLC0415

    first, last = options.against_start, options.against_end
    if options.segment:
        if first or last:
            raise BadValue("--segment compares two parts of the same dates.", "Leave out --against-from and --against-to.")
        return None
    if bool(first) != bool(last):
        raise BadValue("--against-from and --against-to go together.", "Give both dates.")
    if first and options.against:
        raise BadValue("--against and --against-from say the same.", "Leave one of them out.")
    if first:
        dates = Scope(start=first, end=last)
        found = (dates.start, dates.end)
    elif options.against in (None, *COMPARISONS):
        return None
    elif options.against[:4].isdigit():
        found = period(options.against, "--against")
    else:
        hint = did_you_mean(options.against, COMPARISONS) or "It may be previous, last_year, or a period like 2026-02."
        raise BadValue(f"--against cannot be {options.against[:40]!r}.", hint)
    if not (scope.start and scope.end):
        raise BadValue("What is to be compared with these dates?", "Give --period, or --from and --to.")
    return found


def _periods(options: argparse.Namespace, scope: Scope, against: tuple[Any, Any] | None, data: Dataset) -> Sides:
    from kpi import changes  # noqa: PLC0415

    if bool(scope.start) != bool(scope.end):
        raise BadValue("A period needs its first and its last day.", "Give --from and --to, or --period.")
    scope = scope if scope.start else recent(scope, data)
    if against:
        return changes.between(scope, *against)
    found = changes.periods(scope.but(compare=options.against or "previous"))
    assert found is not None  # noqa: S101  # it has dates and a comparison
    return found


def _segments(options: argparse.Namespace, scope: Scope, data: Dataset) -> Sides:
    from kpi import changes  # noqa: PLC0415
    from kpi.scope import pairs_of  # noqa: PLC0415

    ((column, (part, *_)),) = pairs_of([options.segment], "--segment").items()
    if column == "tags":
        raise BadValue("A ticket may have several tags, so that they do not part the tickets.", "Choose another column.")
    known = changes.values(column, scope, data)
    for name, value in (("--segment", part), ("--against", options.against)):
        if value is not None and value not in known:
            hint = did_you_mean(value, known) or f"There are {', '.join(known[:10])}{' and others' if len(known) > 10 else ''}."
            raise BadValue(f"{name}: no ticket has {column} {value[:60]!r}.", hint)
    others = [options.against] if options.against is not None else [value for value in known if value != part]
    return changes.parts(usual(scope, data).but(compare=None), column, part, others)


def _near(found: Sequence[Event], pair: Sides, metric: str) -> list[Event]:
    """The notes of the period, or of the two weeks before, that may concern a metric: candidates, never a cause."""
    from datetime import timedelta  # noqa: PLC0415

    scope = pair.now
    if not (pair.is_period and scope.start and scope.end):
        return []
    begin = scope.start - timedelta(days=NEAR_DAYS)
    return [event for event in found if event.is_about(metric) and event.date <= scope.end and event.last >= begin]


def _event(event: Event) -> dict[str, Any]:
    end = event.end.isoformat() if event.end else None
    return {"date": event.date.isoformat(), "end": end, "kind": event.kind, "title": event.title, "note": event.note, "text": event.text}


def what_if(options: argparse.Namespace) -> int:
    """Inputs moved, goals turned round, scenarios beside each other. 2 where the data do not reach so far."""
    from kpi import what_if as room  # noqa: PLC0415
    from kpi.catalogue import find  # noqa: PLC0415
    from kpi.what_if import record  # noqa: PLC0415

    give_files_back(options, "set", "goal", "along", "where", "param")
    moves = room.read_moves(options.set)
    outcome, goals = _goals(options)
    axes = [room.spoken_input(name).name for name in options.along]
    kept = room.read(text_of(Path(options.scenario), "--scenario")) if options.scenario else room.Scenarios()
    if not (moves or goals or options.scenario):
        raise BadValue("Nothing is asked.", "Move an input with --set first_contact_resolution=75, or seek a --goal.")
    scope = scope_of(options)
    data = dataset(options)
    scope = usual(scope, data).but(compare=None)
    ground = room.prepare(scope, data, outcome, progress if sys.stderr.isatty() else None)
    target = next((g.value for g in goals if g.name == outcome and g.op == _better(outcome)), float("nan"))
    if not (axes or ground.drivers(outcome)) and outcome in [goal.name for goal in goals]:
        reason = next(
            (one.reason for model, one in ground.learned.items() if model.outcome == outcome and one.reason), "nothing is known of it"
        )
        raise BadValue(f"What moves {find(outcome).label} cannot be learned here: {reason}.", "Seek a goal of cost or of hours.")
    played = room.play(ground, moves, outcome)
    sought = room.seek(ground, goals, axes or list(room.along(ground, outcome)[:1]), moves) if goals else None
    scenarios = [(one, _played(ground, one.moves, outcome)) for one in kept.scenarios]
    if options.format == "json":
        told = [
            {"name": one.name, "note": one.note, "error": None if isinstance(found, room.Played) else found}
            | (record.described(found, target) if isinstance(found, room.Played) else {})
            for one, found in scenarios
        ]
        reasons = {m.drivers[0]: one.reason for m, one in ground.learned.items() if m.outcome == outcome and one.reason}
        _write(
            data,
            scope,
            {
                **record.described(played, target),
                "goal": record.of_goal(sought) if sought else None,
                "scenarios": told,
                "not_learned": {name: reason for name, reason in reasons.items() if name not in ground.drivers(outcome)},
                "notes": list(ground.notes),
            },
        )
    else:
        _print(_said(played, target) if moves else [])
        _print([sought.text] if sought else [])
        for one, found in scenarios:
            _print(["", one.name, *([found] if isinstance(found, str) else _said(found, target))])
    refused = [played.refusal, *(found if isinstance(found, str) else found.refusal for _, found in scenarios)]
    problems = [*(text for text in refused if text), *(f"{problem.place}: {problem.what}" for problem in kept.problems)]
    for text in problems:
        _remark(text)
    return NOT_ANSWERED if problems else 0


def _goals(options: argparse.Namespace) -> tuple[str, list[Goal]]:
    """(the outcome, the goals); a bare number is a goal of the outcome."""
    from kpi.what_if import OUTCOMES, read_goal  # noqa: PLC0415

    written = [text for text in options.goal if not _is_number(text)]
    named = [goal for text in written if (goal := read_goal(text)).name in OUTCOMES]
    outcome = options.outcome or (named[0].name if named else OUTCOMES[0])
    if outcome not in OUTCOMES:
        raise BadValue(f"--outcome cannot be {outcome[:40]!r}.", did_you_mean(outcome, OUTCOMES) or f"It may be {' or '.join(OUTCOMES)}.")
    if odd := [goal.name for goal in named if goal.name != outcome]:
        raise BadValue(f"The goal is about {odd[0]}, and --outcome about {outcome}.", "Seek one of them at a time.")
    return outcome, [read_goal(f"{outcome}{_better(outcome)}{text}" if _is_number(text) else text) for text in options.goal]


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _better(outcome: str) -> str:
    from kpi.catalogue import find  # noqa: PLC0415

    return ">=" if find(outcome).better == "higher" else "<="


def _played(ground: Ground, moves: Sequence[tuple[str, float]], outcome: str) -> Played | str:
    """What follows from a scenario; the sentence where no ticket can follow it."""
    from kpi.what_if import play  # noqa: PLC0415

    try:
        return play(ground, dict(moves), outcome)
    except KpiError as error:
        return str(error)


def _said(played: Played, target: float) -> list[str]:
    """A what-if in lines: the finding, what to make of it, and the chance of the target."""
    from kpi.stats import chance_said  # noqa: PLC0415

    seen = played.outlook(target)
    chances = [chance_said(value) for value in (seen.chance, seen.chance_before, seen.chance_half)]
    goal = played.say(played.outcome, target)
    chance = f"Chance of {goal} in {seen.weeks} weeks: {chances[0]}; without the change {chances[1]}, with half of it {chances[2]}."
    return [played.finding, played.caveat, *([chance] if chances[0] else [])]


def _write(data: Dataset, scope: Scope, answer: dict[str, Any]) -> None:
    as_of = scope.as_of or data.newest
    write_json({"dataset": about(data), "scope": {**scope.to_query(), "as_of": as_of.isoformat() + "Z"}, **answer})


def _print(lines: Sequence[str]) -> None:
    for line in lines:
        print(one_line(line))


def _remark(text: str) -> None:
    print(one_line(text), file=sys.stderr)
