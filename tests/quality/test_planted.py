"""Every kind of dirt planted into a clean export is found where it was planted, and its effect is what measuring without those rows gives."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import pytest

import kpi
from kpi.errors import UnknownExport
from kpi.quality import Finding, concerned, effects, places, quality

pytestmark = pytest.mark.slow

TODAY, SCOPE = dt.datetime(2026, 6, 1), kpi.Scope()
HEAD = "ticket_id,created_at,first_reply_at,first_solved_at,solved_at,closed_at,updated_at,status,channel,Tickets,Empty"
ROWS = 40


def line(number: int) -> dict[str, str]:
    """A ticket with nothing odd about it: replied to and solved after a time of its own."""
    begin = dt.datetime(2026, 3, 2) + dt.timedelta(hours=5 * number)

    def later(hours: float) -> str:
        return f"{begin + dt.timedelta(hours=hours):%Y-%m-%dT%H:%M:%SZ}"

    solved = later(3 + 1.7 * number)
    return dict(
        zip(
            HEAD.split(","),
            (
                str(number),
                later(0),
                later(0.5 + 0.3 * number),
                solved,
                solved,
                later(100 + number),
                later(100 + number),
                "closed",
                "email",
                "1",
                "",
            ),
            strict=True,
        )
    )


def text(rows: list[dict[str, str]]) -> str:
    return "\n".join([HEAD, *(",".join(row.values()) for row in rows)]) + "\n"


@dataclass(frozen=True)
class Dirt:
    """What is changed in some of the rows (1 is the first ticket), and the finding it must become; `added` rows come after all the others."""

    name: str
    changed: dict[int, dict[str, str]]
    added: tuple[dict[str, str], ...] = ()
    other: str = "left out"

    @property
    def tickets(self) -> list[str]:
        return sorted({str(number) for number in self.changed} | {row["ticket_id"] for row in self.added})


FAR = {
    "created_at": "2098-01-01T00:00:00Z",
    "first_reply_at": "",
    "first_solved_at": "",
    "solved_at": "",
    "closed_at": "",
    "status": "open",
}
SHIFTED = {"first_reply_at": "email", "solved_at": "closed"}
DIRT = [
    Dirt("solve_before_reply", {3: {"first_reply_at": "2026-03-30T00:00:00Z"}, 4: {"first_reply_at": "2026-03-30T00:00:00Z"}}),
    Dirt("closed_before_solved", {5: {"closed_at": "2026-03-03T02:00:00Z"}}),
    Dirt("in_the_future", {7: FAR, 8: FAR}),
    Dirt("long_ago", {9: {"created_at": "1970-01-01T00:00:00Z"}}),
    Dirt("shifted", {11: SHIFTED, 30: SHIFTED}),
    Dirt("summary_rows", {12: {"Tickets": "17"}, 13: {"Tickets": "204"}}),
    Dirt("several_rows", {}, added=(line(20) | {"created_at": "2026-03-05T21:00:00Z", "updated_at": "2026-05-01T00:00:00Z"},)),
    Dirt("unread.tickets.solved_at", {15: {"solved_at": "soon"}, 16: {"solved_at": "later"}}),
]


def read(path: Path, rows: list[dict[str, str]]) -> kpi.Dataset:
    path.write_text(text(rows), "utf-8")
    return kpi.read(path)


def found(data: kpi.Dataset, name: str) -> Finding:
    (finding,) = [f for f in quality(data, SCOPE, now=TODAY) if f.name == name]
    return finding


def number(metric: str, data: kpi.Dataset) -> float | None:
    """The one number of a metric, by the ordinary way."""
    (row,) = kpi.measure(metric, SCOPE, data).records()
    return row["value"]


def clean() -> list[dict[str, str]]:
    return [line(number) for number in range(1, ROWS + 1)]


def test_the_clean_export_has_only_an_empty_column(tmp_path: Path) -> None:
    (finding,) = quality(read(tmp_path / "tickets.csv", clean()), SCOPE, now=TODAY)
    assert finding.name == "empty_columns" and finding.examples[0].text == "Empty" and finding.sentence == "1 column holds nothing at all."


@pytest.mark.parametrize("dirt", DIRT, ids=lambda dirt: dirt.name)
def test_what_is_planted_is_found_and_weighed(tmp_path: Path, dirt: Dirt) -> None:
    rows = [row | dirt.changed.get(number, {}) for number, row in enumerate(clean(), 1)] + list(dirt.added)
    data = read(tmp_path / "tickets.csv", rows)
    finding = found(data, dirt.name)
    assert sorted(concerned(finding, SCOPE, data)) == dirt.tickets and finding.other == dirt.other
    where = places(finding, SCOPE, data)
    assert set(where["file"]) == {"tickets.csv"}
    expected = {int(number) + 1 for number in dirt.tickets}
    assert set(where["row"].dropna().astype(int)) == expected, "the rows a person finds in the file"
    without = read(tmp_path / "without.csv", [row for row in rows if row["ticket_id"] not in dirt.tickets])
    weighed = effects(finding, SCOPE, data)
    assert weighed, "its effect is told"
    for effect in weighed:
        one, other = (number(effect.metric, some) for some in (data, without))
        assert effect.now == pytest.approx(one), effect.metric
        assert effect.other == pytest.approx(other), effect.metric
    assert any(effect.difference for effect in weighed), "it matters"


def test_ids_a_spreadsheet_cut(tmp_path: Path) -> None:
    """Three ids became one: the tickets are kept apart by their rows, and the finding lists all three."""
    rows = [row | ({"ticket_id": "5.70306E+17"} if number in (2, 3, 4) else {}) for number, row in enumerate(clean(), 1)]
    data = read(tmp_path / "tickets.csv", rows)
    finding = found(data, "cut_ids")
    assert data.rows["tickets"] == ROWS and finding.tickets == 3
    assert list(places(finding, SCOPE, data)["row"]) == [3, 4, 5]
    without = read(tmp_path / "without.csv", [row for row in rows if "E" not in row["ticket_id"]])
    for effect in effects(finding, SCOPE, data):
        assert effect.other == pytest.approx(number(effect.metric, without))


HEAD_2 = "Ticket ID,Status,Created time,Resolved time,Agent interactions\n"


def export(path: Path, zones: dict[int, str], solved: str = "") -> kpi.Dataset:
    """Twenty tickets of another tool; `zones` says what stands after the creation of some of them, `solved` after every solve."""
    rows = [f"{n},Closed,2026-01-13 {n:02d}:00:00{zones.get(n, '')},2026-01-14 {n:02d}:30:00{solved},1" for n in range(1, 21)]
    path.write_text(HEAD_2 + "\n".join(rows) + "\n", "utf-8")
    return kpi.read(path)


def test_times_with_and_without_a_zone_in_one_column(tmp_path: Path) -> None:
    silent = (4, 9)
    data = export(tmp_path / "a.csv", {n: "Z" for n in range(1, 21) if n not in silent}, "Z")
    finding = found(data, "mixed_zones")
    assert sorted(concerned(finding, SCOPE, data)) == ["4", "9"] and finding.rows == 2
    assert places(finding, SCOPE, data)[["row", "text"]].values.tolist() == [
        [5, "Created time: 2026-01-13 04:00:00"],
        [10, "Created time: 2026-01-13 09:00:00"],
    ]
    for effect in effects(finding, SCOPE, data):
        path = tmp_path / "without.csv"
        kept = [one for one in (tmp_path / "a.csv").read_text("utf-8").splitlines() if one.split(",")[0] not in ("4", "9")]
        path.write_text("\n".join(kept) + "\n", "utf-8")
        assert effect.other == pytest.approx(number(effect.metric, kpi.read(path)))
    assert not {f.name for f in quality(export(tmp_path / "b.csv", {}), SCOPE, now=TODAY)} & {"mixed_zones"}, "none states one"
    said = kpi.read(tmp_path / "a.csv", zone="Europe/Berlin")
    assert "mixed_zones" not in {f.name for f in quality(said, SCOPE, now=TODAY)}, "somebody has said it"


def test_one_column_states_its_zone_and_the_other_does_not(tmp_path: Path) -> None:
    """Then it is not true that durations stay as they are: read as Berlin's, the creations lie an hour earlier."""
    data = export(tmp_path / "a.csv", {}, "Z")
    finding = found(data, "zone")
    assert "“Resolved time”" in finding.sentence and "durations between the two are wrong" in finding.sentence
    assert "full_resolution_time" in finding.metrics and "Read it differently" in finding.why_not
    assert "stay as they are" in found(export(tmp_path / "b.csv", {}), "zone").sentence
    there = kpi.read(tmp_path / "a.csv", zone="Europe/Berlin")
    one, other = (kpi.measure("full_resolution_time", SCOPE, some).frame["value"].iloc[0] for some in (data, there))
    assert other - one == 3600


def test_two_encodings_in_one_file(tmp_path: Path) -> None:
    rows = [row | {"channel": "Café"} for row in clean()]
    lines = text(rows).splitlines()
    path = tmp_path / "tickets.csv"
    path.write_bytes(b"\n".join(one.encode("cp1252" if n in (6, 20) else "utf-8") for n, one in enumerate(lines, 1)) + b"\n")
    data = kpi.read(path)
    finding = found(data, "encodings.0")
    assert finding.rows == 2 and list(places(finding, SCOPE, data)["row"]) == [6, 20] and not finding.metrics
    assert kpi.measure("tickets_created", kpi.Scope(where={"channel": ["Café"]}), data).frame["value"].iloc[0] == ROWS, (
        "and no number moves"
    )


def test_rows_too_long_or_too_short_are_listed_with_what_stands_there(tmp_path: Path) -> None:
    lines = text(clean()).splitlines()
    lines[7], lines[11] = lines[7] + ",one,too many", "8,2026-03-02T08:00:00Z"
    (tmp_path / "tickets.csv").write_text("\n".join(lines) + "\n", "utf-8")
    data = kpi.read(tmp_path / "tickets.csv")
    (finding,) = [f for f in quality(data, SCOPE, now=TODAY) if f.kind == "rows"]
    where = places(finding, SCOPE, data)
    assert list(where["row"]) == [8, 12] and data.rows["tickets"] == ROWS - 2
    assert [one.split(":")[0] for one in where["text"]] == ["13 cells instead of 11", "2 cells instead of 11"]


def test_negative_durations_in_a_column_of_durations(tmp_path: Path) -> None:
    head = "ticket_id,created_at,status,handle_seconds\n"
    rows = [f"{n},2026-03-02T08:00:00Z,open,{'-' if n in (3, 5) else ''}{60 * n}" for n in range(1, 9)]
    (tmp_path / "tickets.csv").write_text(head + "\n".join(rows) + "\n", "utf-8")
    data = kpi.read(tmp_path / "tickets.csv")
    finding = found(data, "unread.tickets.handle_seconds")
    where = places(finding, SCOPE, data)
    assert list(where["row"]) == [4, 6] and list(where["text"]) == ["-180 (a negative duration)", "-300 (a negative duration)"]
    mean = {effect.metric: effect for effect in effects(finding, SCOPE, data)}["handle_time"]
    kept = [60 * n for n in range(1, 9) if n not in (3, 5)]
    assert mean.now == mean.other == pytest.approx(sum(kept) / len(kept)), "never a negative one in a mean, with or without the tickets"


@pytest.mark.parametrize(
    "header",
    ["Agent,Avg first response time,Resolution Count", "Team,Average handle time,Solved", "Month,Median resolution (hrs),% satisfied"],
)
def test_averages_are_refused_and_the_rest_still_loads(tmp_path: Path, header: str) -> None:
    summary = tmp_path / "summary.csv"
    summary.write_text(header + "\nA,12,3\nB,40,5\n", "utf-8")
    with pytest.raises(UnknownExport, match="summary") as refused:
        kpi.read(summary)
    assert "averages cannot be taken apart or combined again" in str(refused.value)
    (tmp_path / "tickets.csv").write_text(text(clean()), "utf-8")
    data = kpi.read(tmp_path / "tickets.csv", summary)
    assert data.rows["tickets"] == ROWS and any("summary.csv was left out" in doubt for doubt in data.report.doubts)


def test_a_constant_gap_between_two_rows_of_a_ticket_is_named(tmp_path: Path) -> None:
    """Four tickets stand twice, each seven hours later: as when one export was made in another zone. One five hours later: no constant gap."""
    rows = clean()
    twice = [dict(row) for row in rows[:4]]
    for row in twice:
        row["created_at"] = f"{dt.datetime.fromisoformat(row['created_at'][:-1]) - dt.timedelta(hours=7):%Y-%m-%dT%H:%M:%SZ}"
    data = read(tmp_path / "tickets.csv", rows + twice)
    assert "always 7" in found(data, "several_rows").sentence.replace("\u00a0", " ")
    twice[0]["created_at"] = "2026-03-01T00:00:00Z"
    assert "always" not in found(read(tmp_path / "other.csv", rows + twice), "several_rows").sentence


def test_thunderbird_says_seven_hours(datasets: Path) -> None:
    folder = datasets / "thunderbird_support"
    data = kpi.read(folder / "questions_2023.csv", folder / "answers_2023.csv")
    finding = found(data, "several_rows")
    assert finding.tickets == 49 and "always 7" in finding.sentence and len(places(finding, SCOPE, data)) == 49
