"""What must happen to the numbers when the data change: columns go, rows are shuffled or moved, spam comes."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import kpi
from kpi.engine import from_frames
from kpi.metric import FCR_VARIANTS
from kpi.scope import Scope
from kpi.tables import TABLES
from tests.catalogue.test_laws import CATALOGUE, all_needs

pytestmark = pytest.mark.slow

Frames = dict[str, pd.DataFrame]
ROWS = {"changes": "field", "surveys": "kind"}


@pytest.fixture(scope="module")
def frames(worked: kpi.Dataset, frames_of) -> Frames:
    """The tables of the worked company, read once: whoever changes one makes a new frame of it."""
    return frames_of(worked)


@pytest.fixture(scope="module", autouse=True)
def untouched(frames: Frames) -> Iterator[None]:
    before = {name: frame.copy() for name, frame in frames.items()}
    yield
    for name, frame in before.items():
        pd.testing.assert_frame_equal(frames[name], frame)


def values(data: kpi.Dataset, scope: Scope | None = None, names: list[str] | None = None) -> pd.DataFrame:
    """All metrics by name, period and group; missing ones are unknown."""
    frame = kpi.measure(names or list(CATALOGUE), scope or Scope(), data).frame
    return (
        frame.drop(columns=["notes", "unit", "is_complete"]).set_index(["metric", "period", *(scope.split if scope else ())]).sort_index()
    )


def without(frames: Frames, needs: set[str]) -> Frames:
    """The tables with these columns empty, or these kinds of rows gone."""
    left = {name: frame.copy() for name, frame in frames.items()}
    for need in needs:
        table, column = need.split(".")
        if need == "surveys.invitations":  # answers only, and nobody knows who was asked
            left[table] = left[table][left[table]["score"].notna()].assign(offered_at=pd.NaT)
        elif column not in TABLES[table].by_name or need == "changes.agent":
            left[table] = left[table][left[table][ROWS[table]] != column]
        elif TABLES[table].by_name[column].required and column != "ticket_id":
            left[table] = left[table].iloc[:0]
        else:
            left[table][column] = None
    return left


def enough_to_break(needs: list[str]) -> frozenset[str]:
    """Columns without which no alternative is left: the first of each that is not broken yet."""
    gone: set[str] = set()
    for alternative in needs:
        atoms = alternative.split(" & ")
        if not gone & set(atoms):
            gone.add(next((a for a in atoms if a != "tickets.ticket_id"), atoms[0]))
    return frozenset(gone)


BREAKS: dict[frozenset[str], list[str]] = defaultdict(list)
for _metric in CATALOGUE.values():
    _missing = enough_to_break(list(_metric.needs))
    if _missing != {"tickets.ticket_id"}:
        BREAKS[_missing].append(_metric.name)


@pytest.mark.slow
@pytest.mark.parametrize("gone", BREAKS, ids=lambda g: " ".join(sorted(g)))
def test_without_what_it_needs_a_metric_is_unknown_and_says_so(gone: frozenset[str], frames: Frames) -> None:
    data = from_frames(without(frames, set(gone)))
    for name in BREAKS[gone]:
        params = {"first_contact_resolution": "F"} if gone == {"tickets.is_first_contact_resolved"} else {}
        row = kpi.measure(name, Scope(params=params), data).frame.iloc[0]
        assert pd.isna(row["value"]), (name, row["value"])
        assert any(column in row["notes"][0] for column in gone), row["notes"]
        assert row["notes"][0].startswith("needs ")
        with pytest.raises(kpi.KpiError):
            kpi.rows(name, Scope(params=params), data)


def test_tickets_that_were_only_created_tell_little(frames: Frames) -> None:
    data = from_frames({"tickets": frames["tickets"][["ticket_id", "created_at"]]})
    found = kpi.measure(list(CATALOGUE), Scope(), data).frame.set_index("metric")
    known = set(found.index[found["value"].notna()])
    assert known == {"tickets_created"}
    for name, row in found.drop(index="tickets_created").iterrows():
        missing = CATALOGUE[name].missing(data.filled)
        assert missing
        assert all(column in row["notes"][0] for column in missing), row["notes"]


def only(frames: Frames, alternative: str) -> Frames:
    """Just the columns of one alternative (and the keys), and of events just the kind it names."""
    kept: dict[str, set[str]] = defaultdict(set)
    for need in alternative.split(" & "):
        table, column = need.split(".")
        kept[table].add(column)
    left: Frames = {"tickets": frames["tickets"][sorted({"ticket_id"} | kept.pop("tickets", set()))]}
    for table, columns in kept.items():
        if table in ROWS:
            left[table] = frames[table] if "invitations" in columns else frames[table][frames[table][ROWS[table]].isin(columns)]
        elif table == "messages":
            left[table] = frames[table]
        else:
            left[table] = frames[table][sorted(set(TABLES[table].required) | columns)]
    return left


ALTERNATIVES: dict[str, list[tuple[str, str]]] = defaultdict(list)
for _metric in CATALOGUE.values():
    _by_variant = getattr(_metric.form, "needs", {}) or {"": _metric.needs}
    for _variant, _needs in _by_variant.items():
        for _alternative in _needs:
            ALTERNATIVES[_alternative].append((_metric.name, _variant))


@pytest.fixture(scope="module")
def stated(frames: Frames, worked: kpi.Dataset) -> Frames:
    """The worked company whose export states itself what its events tell, and what each ticket cost."""
    facts = kpi.rows("tickets_created", Scope(params={"statuses": "all"}), worked).set_index("ticket_id")
    tickets = frames["tickets"].set_index("ticket_id")
    for column in tickets.columns[tickets.isna().all()].intersection(facts.columns):
        tickets[column] = facts[column]
    return {**frames, "tickets": tickets.assign(cost=10.0).reset_index()}


@pytest.mark.slow
@pytest.mark.parametrize("alternative", ALTERNATIVES)
def test_what_a_metric_needs_is_enough(alternative: str, stated: Frames) -> None:
    data = from_frames(only(stated, alternative))
    for name, variant in ALTERNATIVES[alternative]:
        params = {"first_contact_resolution": variant} if variant else {}
        # A day on which every table has something to tell and the first windows are over.
        row = kpi.measure(name, Scope(as_of="2024-02-05T00:00:00Z", params=params), data).frame.iloc[0]
        assert not pd.isna(row["value"]), (name, variant, row["notes"])


in_detail = pytest.mark.parametrize(
    "scope", [Scope(), pytest.param(Scope(by="week", split=["channel"]), marks=pytest.mark.slow)], ids=["all", "by week and channel"]
)


@in_detail
def test_a_shuffle_changes_nothing(scope: Scope, frames: Frames, worked: kpi.Dataset) -> None:
    shuffled = from_frames({name: frame.sample(frac=1, random_state=5) for name, frame in frames.items()})
    assert shuffled.fingerprint == worked.fingerprint
    pd.testing.assert_frame_equal(values(shuffled, scope), values(worked, scope), rtol=1e-12)


WEEK = pd.Timedelta(days=7)


@in_detail
def test_seven_days_later_only_the_dates_move(scope: Scope, frames: Frames, worked: kpi.Dataset) -> None:
    moved = {name: frame.copy() for name, frame in frames.items()}
    for name, table in TABLES.items():
        for column in (c.name for c in table.columns if c.type == "instant"):
            moved[name][column] = moved[name][column] + WEEK
    later = from_frames(moved)
    assert later.newest == worked.newest + WEEK
    now, then = values(later, scope).reset_index(), values(worked, scope).reset_index()
    then["period"] = [p if p == "all" else (pd.Timestamp(p) + WEEK).date().isoformat() for p in then["period"]]
    pd.testing.assert_frame_equal(now, then, rtol=1e-12)


STRANGERS = ["X1", "X2", "X3", "X4"]


def with_uncounted(frames: Frames, requester: str) -> Frames:
    """Four tickets more that end as spam, merged or deleted, with everything a ticket can have."""
    ends = dict(zip(STRANGERS, ("spam", "merged", "deleted", "merged"), strict=True))
    like = frames["tickets"][frames["tickets"]["ticket_id"] == "T03"].iloc[0]
    tickets = pd.DataFrame([{**like, "ticket_id": t, "status": end, "requester": requester} for t, end in ends.items()])
    at = like["created_at"]
    more = {
        "tickets": tickets,
        "messages": pd.concat([frames["messages"].query("ticket_id == 'T03'").assign(ticket_id=t) for t in STRANGERS]),
        "changes": pd.concat(
            [
                frames["changes"].query("ticket_id == 'T03'").assign(ticket_id=t),
                pd.DataFrame([{"ticket_id": t, "changed_at": at + pd.Timedelta(days=20), "field": "status", "old": "closed", "new": end}]),
            ][i]
            for t, end in ends.items()
            for i in (0, 1)
        ),
        "surveys": pd.concat([frames["surveys"].query("ticket_id == 'T03'").assign(ticket_id=t) for t in STRANGERS]),
        "reviews": pd.concat([frames["reviews"].query("ticket_id == 'T03'").assign(ticket_id=t, review_id=f"of {t}") for t in STRANGERS]),
    }
    return {name: pd.concat([frame, more[name]], ignore_index=True) if name in more else frame for name, frame in frames.items()}


@in_detail
def test_spam_merged_and_deleted_tickets_change_nothing(scope: Scope, frames: Frames, worked: kpi.Dataset) -> None:
    fouled = from_frames(with_uncounted(frames, "a stranger"))
    assert fouled.rows["tickets"] == worked.rows["tickets"] + 4
    pd.testing.assert_frame_equal(values(fouled, scope), values(worked, scope))
    said = fouled.findings().set_index("name")["tickets"]
    assert said["not_counted"] == 3 + 4


def test_a_merged_ticket_is_still_a_contact(frames: Frames, worked: kpi.Dataset) -> None:
    """metrics.md 9: merging duplicates must not hide repeats. r9's T10 is closed an hour before; nobody else is concerned."""
    fouled = with_uncounted(frames, "r9")
    created = fouled["tickets"]["ticket_id"].isin(STRANGERS)
    fouled["tickets"].loc[created, "created_at"] = pd.Timestamp("2024-01-15 10:00")
    for table, column in (("messages", "sent_at"), ("changes", "changed_at"), ("surveys", "answered_at")):
        fouled[table] = fouled[table][~fouled[table]["ticket_id"].isin(STRANGERS) | (fouled[table][column] > pd.Timestamp("2024-01-20"))]
    now, then = values(from_frames(fouled))["value"], values(worked)["value"]
    changed = now.index[~np.isclose(now, then, rtol=1e-12, equal_nan=True)]
    assert list(changed.get_level_values("metric")) == ["next_issue_avoidance"]


@pytest.mark.parametrize("variant", FCR_VARIANTS)
def test_every_variant_of_first_contact_resolution_needs_something(variant: str) -> None:
    metric = CATALOGUE["first_contact_resolution"]
    assert metric.form.needs[variant]
    assert set(all_needs(metric)) >= set(metric.form.needs[variant])


def test_a_tag_written_twice_is_one_tag(tmp_path: Path) -> None:
    text = "ticket_id,created_at,tags\na,2024-01-01T09:00:00Z,vip;vip; vip \nb,2024-01-01T10:00:00Z,vip;new\nc,2024-01-01T11:00:00Z,;\n"
    (tmp_path / "tickets.csv").write_text(text, encoding="utf-8")
    found = kpi.measure("tickets_created", Scope(split=["tags"]), kpi.read(tmp_path / "tickets.csv")).frame
    assert dict(zip(found["tags"], found["value"], strict=True)) == {"vip": 2, "new": 1, "(none)": 1}


@pytest.mark.parametrize("name", ["bucket", "g0", "instant", "value", "reason", 'a"; DROP TABLE tickets; --', "asked_number('as_of')"])
def test_a_column_of_a_file_may_bear_any_name(name: str, tmp_path: Path) -> None:
    """Its words split and filter, or it is refused or renamed in so many words; never a number made wrong."""
    with (tmp_path / "tickets.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(
            [["ticket_id", "created_at", name], *([f"t{i}", f"2024-01-0{i}T09:00:00Z", "ab"[i % 2]] for i in range(1, 6))]
        )
    data = kpi.read(tmp_path / "tickets.csv")
    assert len(data.extras) == 1
    (column,) = data.extras
    found = kpi.measure("tickets_created", Scope(split=[column]), data).frame
    assert dict(zip(found[column], found["value"], strict=True)) == {"a": 2, "b": 3}
    kept = kpi.measure(["tickets_created", "backlog_age"], Scope(by="week", where={column: "b"}), data).frame
    assert kept["value"].iloc[0] == 3
    assert len(kpi.rows("tickets_created", Scope(where={column: "a"}), data)) == 2


def test_half_a_second_before_the_creation_is_no_reply_time() -> None:
    at = pd.Timestamp("2024-03-01 10:00:00.500")
    tickets = pd.DataFrame(
        {"ticket_id": ["a", "b"], "created_at": [at, at], "first_reply_at": [at - pd.Timedelta("500ms"), at], "solved_at": at}
    )
    data = from_frames({"tickets": tickets})
    row = kpi.measure("first_reply_time", Scope(), data).frame.iloc[0]
    assert (row["value"], row["n"]) == (0, 1)
    assert data.findings().set_index("name").loc["reply_before_creation", "tickets"] == 1


def test_currencies_do_not_add_up(frames: Frames) -> None:
    costs = frames["costs"].assign(currency=["EUR", "JPY", "EUR"])
    frame = kpi.measure(
        ["cost_per_ticket", "cost_per_resolution", "tickets_created"], Scope(), from_frames({**frames, "costs": costs})
    ).frame
    assert frame["value"].isna().tolist() == [True, True, False]
    assert "EUR, JPY" in frame["notes"].iloc[0][0]


def test_a_status_nobody_knows_is_said(frames: Frames) -> None:
    """T16 moves on to a word that is no status: it cannot be told whether it still waits."""
    strange = pd.DataFrame(
        [{"ticket_id": "T16", "changed_at": pd.Timestamp("2024-02-06"), "field": "status", "old": "new", "new": "waiting for Bob"}]
    )
    data = from_frames({**frames, "changes": pd.concat([frames["changes"], strange]), "tickets": frames["tickets"].assign(status=None)})
    assert kpi.measure("backlog", Scope(), data).frame["value"].iloc[0] == 3
    found = data.findings().set_index("name").loc["status_unknown"]
    assert (found["tickets"], list(found["examples"])) == (1, ["T16"])
