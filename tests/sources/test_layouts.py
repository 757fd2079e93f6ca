"""The same tickets (50,000 in `make test-slow`) in five tools' layouts give the same metrics to the digit, or a listed reason says why they cannot."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

import kpi
from tests.sources import layouts

ROOT = Path(__file__).parents[2]
TICKETS = 50_000

MERGED = "merged tickets count as further contacts, and an export does not list them"
NO_HISTORY = "only the present status is exported: what was pending or open on a day gone by is unknown"
REOPENED = "a reopened ticket counts as open until its last solve: when it was reopened is not exported"
QUEUE = "the wait of calls and chats is not exported; the first assignment stands in, and an abandoned call has none"
ANSWERED = "when the survey was answered is not exported: an answer counts on the day of the last solve"

EVERYWHERE: dict[str, dict[str, str]] = {
    "canonical": {},
    "zendesk": {
        "next_issue_avoidance": MERGED,
        "survey_response_rate": "the sample also asks NPS and CES, and Zendesk’s ratings are CSAT",
    },
    "freshdesk": {
        "first_resolution_time": "only the last solve is exported, and it stands in for the first",
        "next_issue_avoidance": f"{MERGED}; the window begins at the last solve instead of the first",
    },
    "intercom": {"next_issue_avoidance": MERGED, "queue_time": QUEUE},
    "servicenow": {
        "first_resolution_time": "only the last solve is exported: of a ticket that was reopened the first is unknown",
        "next_issue_avoidance": f"{MERGED}; the first solve of a ticket that was reopened is unknown",
        "queue_time": QUEUE,
        "reopen_rate": "a ticket that is open again counts as unsolved: that it was solved before is not exported",
    },
}
"""Layout -> metric -> why its number over all of the history differs from that of our own tables."""

_OF_DAYS_GONE = {
    "tickets_active": NO_HISTORY, "tickets_pending": NO_HISTORY, "backlog": REOPENED, "backlog_age": REOPENED, "days_of_backlog": REOPENED,
}  # fmt: skip
BY_MONTH: dict[str, dict[str, str]] = {
    "canonical": {},
    "zendesk": {},
    "freshdesk": {**_OF_DAYS_GONE, "csat": ANSWERED, "csat_mean": ANSWERED, "dsat": ANSWERED},
    "intercom": _OF_DAYS_GONE,
    "servicenow": _OF_DAYS_GONE,
}
"""Layout -> metric -> why it differs month by month only."""

CALLED = {"canonical": "Our own", "zendesk": "Zendesk", "freshdesk": "Freshdesk", "intercom": "Intercom", "servicenow": "ServiceNow"}

LEAST = {"canonical": 54, "zendesk": 34, "freshdesk": 25, "intercom": 24, "servicenow": 15}
"""So many metrics of each layout are equal to the digit over all of the history: a layout that lost a column would have fewer."""


def table_of_differences() -> list[str]:
    """The rows of the table in docs/connect.md."""
    every = [("always", EVERYWHERE), ("by month", BY_MONTH)]
    return [
        f"| {CALLED[layout]} | {metric} | {when} | {reason} |"
        for layout in layouts.LAYOUTS
        for when, found in every
        for metric, reason in found[layout].items()
    ]


@pytest.mark.slow
@pytest.mark.parametrize("tickets", [5_000, pytest.param(TICKETS, marks=pytest.mark.simulation)])
def test_the_same_tickets_in_five_layouts_give_the_same_numbers(tmp_path: Path, tickets: int) -> None:
    truth = tmp_path / "truth"
    truth.mkdir()
    con = layouts.made(truth, tickets)
    whole = kpi.read(*sorted(truth.glob("*.parquet")))
    as_of = f"{whole.newest.isoformat()}Z"
    scopes = {
        name: kpi.Scope(as_of=as_of, **asked)
        for name, asked in {"all": {}, "month": {"by": "month"}, "channel": {"split": ["channel"]}}.items()
    }
    able = {metric for metric, lacks in whole.lacking().items() if not lacks}
    expected = {name: measured(whole, scope, sorted(able)) for name, scope in scopes.items()}
    written: dict[str, kpi.Dataset] = {}
    for layout, write in layouts.LAYOUTS.items():
        (tmp_path / layout).mkdir()
        data = written[layout] = kpi.read(*write(con, tmp_path / layout))
        names = sorted(able & {metric for metric, lacks in data.lacking().items() if not lacks})
        found = {name: differing(expected[name], measured(data, scope, names), names) for name, scope in scopes.items()}
        # Among few tickets something listed may come out equal by chance; what differs must be listed all the same.
        every, monthly = EVERYWHERE[layout].keys(), (EVERYWHERE[layout] | BY_MONTH[layout]).keys()
        assert found["all"] == every if tickets == TICKETS else found["all"] <= every, (layout, found)
        assert found["channel"] <= found["all"], (layout, found)
        assert found["month"] == monthly if tickets == TICKETS else found["month"] <= monthly, (layout, found)
        assert len(names) - len(found["all"]) >= LEAST[layout], (layout, names)
    # The reasons of Zendesk are the causes: with what it does not list taken out of our own tables, nothing differs.
    (tmp_path / "listed").mkdir()
    listed, theirs = kpi.read(*layouts.listed(con, tmp_path / "listed")), written["zendesk"]
    names = sorted(metric for metric, lacks in theirs.lacking().items() if not lacks)
    for name, scope in scopes.items():
        assert not differing(measured(listed, scope, names), measured(theirs, scope, names), names), name


def measured(data: kpi.Dataset, scope: kpi.Scope, names: list[str]) -> dict[tuple[str, ...], tuple[Any, ...]]:
    """Metric, period and group -> value, n, top, bottom."""
    frame = kpi.measure(names, scope, data).frame
    keys, numbers = ["metric", "period", *scope.split], ["value", "n", "top", "bottom"]
    return {tuple(str(row[k]) for k in keys): tuple(row[n] for n in numbers) for row in frame.to_dict("records")}


def differing(ours: dict[tuple[str, ...], Any], theirs: dict[tuple[str, ...], Any], names: list[str]) -> set[str]:
    """The metrics of which any number differs in any digit a double holds."""
    ours = {key: numbers for key, numbers in ours.items() if key[0] in names}
    missing = ours.keys() ^ theirs.keys()
    return {key[0] for key in missing} | {key[0] for key in ours.keys() & theirs.keys() if not all(map(is_same, ours[key], theirs[key]))}


def is_same(a: Any, b: Any) -> bool:
    unknown = [x is None or x != x for x in (a, b)]  # noqa: PLR0124  only NaN is not itself
    return all(unknown) if any(unknown) else math.isclose(a, b, rel_tol=1e-13, abs_tol=0.0)


def test_the_page_lists_every_difference() -> None:
    text = (ROOT / "docs" / "connect.md").read_text("utf-8")
    rows = [line for line in text.splitlines() if line.startswith(tuple(f"| {name} |" for name in CALLED.values()))]
    assert rows == table_of_differences()


@pytest.mark.parametrize(
    "header",
    [
        "Ticket ID,Created time,Initial response time,Agent interactions",
        "Id,Created at,Assignee stations,Group stations",
        "Conversation ID,Conversation started at (UTC)",
    ],
)
def test_an_export_without_its_rating_column_has_no_surveys(header: str, read: Any, write: Any) -> None:
    """Each of its tickets would count as a survey nobody answered, and the response rate as 0 %."""
    cells = ["1", "2026-02-01 08:00:00", *["1"] * (header.count(",") - 1)]
    loaded = read(write("export.csv", f"{header}\n{','.join(cells)}\n"))
    assert loaded.one("SELECT count(*) FROM tickets") == 1
    assert loaded.one("SELECT count(*) FROM surveys") == 0
