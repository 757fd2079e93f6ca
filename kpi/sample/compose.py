"""The whole company onto disk, block after block, in memory that does not grow with the number of tickets."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from kpi.errors import BadValue, did_you_mean
from kpi.sample import columns, surveys, tickets, work
from kpi.sample.clock import calendar_toml
from kpi.sample.company import NOTHING, PLANTED, REGIONS, START, Effects
from kpi.sample.log import facts
from kpi.sample.out import FORMATS, TableWriter
from kpi.sample.story import Teller
from kpi.sample.tickets import World
from kpi.sample.truth import Expected, Truth, truth
from kpi.tables import TABLES

BLOCK = 32_768
"""Tickets made at a time. The rows written do not depend on it."""
MOST = 100_000_000
Progress = Callable[[int, int], None]


def write(
    directory: Path,
    *,
    tickets: int = 20_000,
    seed: int = 1,
    null: bool = False,
    format: str = "csv",
    progress: Progress | None = None,
) -> Truth:
    """Write the sample company and return what was planted in it.

    `directory` is made if need be and gets `tickets messages changes surveys reviews agent_time costs customers` as csv (exactly
    the canonical headers, UTC, empty = unknown) or parquet (typed), `calendar.toml`, `events.csv` and `truth.json`. The same
    (tickets, seed, null, format) gives the same bytes. With `null` nothing is planted and every effect's amount is 0.
    `progress` is called with (tickets done, tickets in all). Raises BadValue for an unknown format, a number of tickets outside
    1–100 000 000, a negative seed, or a directory that is a file.
    """
    _check(directory, tickets, seed, format)
    directory.mkdir(parents=True, exist_ok=True)
    effects = NOTHING if null else PLANTED
    world = World.make(tickets, seed, effects)
    expected, ledger = Expected(), work.Ledger(world)
    with ExitStack() as stack:
        files = {name: stack.enter_context(TableWriter(directory, table, format)) for name, table in TABLES.items()}
        for first, last in _blocks(tickets):
            _write_block(world, first, last, files, expected, ledger)
            if progress is not None:
                progress(last, tickets)
        for first, last in _blocks(world.customers.count):
            who = np.arange(first, last, dtype=np.int64)
            files["customers"].write(columns.customers(world, who), len(who))
            asked = surveys.about_the_company(world.customers, world.draws, first, last)
            files["surveys"].write(columns.answers(world, asked, None, None), len(asked.kind))
        days = ledger.agent_days()
        files["agent_time"].write(columns.agent_time(world, days), len(days.agent))
        book = work.costs(world, ledger, days)
        files["costs"].write(columns.costs(book), len(book.lines))
        told = truth(world, expected, book, {name: file.rows for name, file in files.items()})
    (directory / "calendar.toml").write_text(calendar_toml(), encoding="utf-8")
    _write_events(directory / "events.csv", effects)
    told.save(directory / "truth.json")
    return told


def _check(directory: Path, tickets: int, seed: int, format: str) -> None:
    if format not in FORMATS:
        raise BadValue(f"The sample cannot be written as {format!r}.", did_you_mean(format, FORMATS) or f"Formats: {', '.join(FORMATS)}.")
    if not 1 <= tickets <= MOST:
        raise BadValue(f"A sample of {tickets} tickets cannot be made.", f"Ask for 1 to {MOST} tickets.")
    if seed < 0:
        raise BadValue(f"The seed {seed} is negative.", "Give a whole number from 0 up.")
    if directory.exists() and not directory.is_dir():
        raise BadValue(f"{directory} is a file, not a directory.", "Name a directory to write the sample into.")


def _blocks(count: int) -> Iterator[tuple[int, int]]:
    for first in range(0, count, BLOCK):
        yield first, min(count, first + BLOCK)


def _write_block(world: World, first: int, last: int, files: dict[str, TableWriter], expected: Expected, ledger: work.Ledger) -> None:
    block = tickets.draw(world, first, last)
    log = Teller(world, block).tell()
    said, changed = log.messages(), log.changes()
    luck = world.draws.lognormal("handle", block.row, 0.6)
    known = facts(block, said, changed, world.agents, world.effects, luck)
    asked = surveys.about_tickets(world, block, known)
    rated = work.review(world, block, known)
    expected.add(block, known, asked)
    ledger.add(known)
    files["tickets"].write(columns.tickets(world, block, known, log), len(block.row))
    files["messages"].write(columns.messages(world, block, said), len(said.at))
    files["changes"].write(columns.changes(world, block, changed), len(changed.at))
    files["surveys"].write(columns.answers(world, asked, block, known), len(asked.kind))
    files["reviews"].write(columns.reviews(world, block, known, rated), len(rated.at))


def _write_events(path: Path, effects: Effects) -> None:
    """Dated notes: the launch, the macro, and the holidays inside the history."""
    rows = [
        (effects.launch_day.isoformat(), "launch", f"{effects.launch_product} launched", effects.launch_product),
        (effects.macro_day.isoformat(), "tool", f"New macro for {effects.macro_team}", effects.macro_team),
    ]
    for region in REGIONS:
        rows += [
            (day, "holiday", f"Holiday, {region.name}", region.name)
            for day in region.holidays
            if START.date().isoformat() <= day < "2026-11"
        ]
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(("date", "kind", "title", "about"))
        out.writerows(sorted(rows))
