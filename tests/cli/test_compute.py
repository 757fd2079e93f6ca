"""`kpi compute` and `kpi read`: every number here is worked by hand from the six tickets of the desk."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Ran

pytestmark = pytest.mark.slow

Kpi = Callable[..., Ran]


def compute(kpi: Kpi, desk: Path, *arguments: object) -> Ran:
    return kpi("compute", desk / "tickets.csv", desk / "surveys.csv", *arguments)


def test_read_says_what_was_understood(kpi: Kpi, desk: Path) -> None:
    told = kpi("read", desk / "tickets.csv", desk / "surveys.csv").json
    assert [(f["file"], f["rows"], f["rejected"]) for f in told["files"]] == [("tickets.csv", 6, 0), ("surveys.csv", 3, 0)]
    assert {name: n for name, n in told["rows"].items() if n} == {"tickets": 6, "surveys": 3}
    assert told["newest"] == "2026-01-14T00:30:00Z"
    assert [(e["header"], e["name"]) for e in told["extras"]] == [("region", "region")]
    assert "csat" in told["metrics"]["available"]
    assert told["metrics"]["unavailable"]["nps"].startswith("needs ")
    assert any(f["name"] == "not_counted" and f["tickets"] == 1 and f["examples"] == ["6"] for f in told["findings"])


def test_the_answer_names_dataset_scope_and_results(kpi: Kpi, desk: Path) -> None:
    told = compute(kpi, desk, "--metric", "csat", "--by", "week", "--zone", "Europe/Berlin").json
    assert set(told) == {"dataset", "scope", "results"}
    assert told["dataset"]["files"] == ["tickets.csv", "surveys.csv"]
    assert (
        told["scope"]["by"] == ["week"] and told["scope"]["zone"] == ["Europe/Berlin"] and told["scope"]["as_of"] == "2026-01-14T00:30:00Z"
    )
    row = told["results"][0]
    assert {"metric", "period", "group", "value", "low", "high", "n", "top", "bottom", "unit", "is_complete", "notes"} <= set(row)


@pytest.mark.parametrize(
    ("metric", "more", "value", "n"),
    [
        ("tickets_created", [], 5, 5),
        ("tickets_created", ["--param", "statuses=all"], 6, 6),
        ("tickets_solved", [], 4, 4),
        ("backlog", [], 1, 1),
        ("first_reply_time", [], 3600, 5),
        ("first_reply_time", ["--statistic", "mean"], 3360, 5),
        ("first_reply_time", ["--statistic", "p90"], 5760, 5),
        ("first_reply_time", ["--clock", "business", "--calendar", "office.toml"], 1800, 5),
        ("first_reply_within", ["--param", "first_reply_within=45m"], 40, 5),
        ("first_reply_within", ["--param", "first_reply_within=1h"], 80, 5),
        ("one_touch", [], 75, 4),
        ("reopen_rate", [], 25, 4),
        ("sla_attainment", [], 200 / 3, 3),
        ("csat", [], 200 / 3, 3),
        ("csat_mean", [], 11 / 3, 3),
        ("tickets_created", ["--where", "channel=chat"], 2, 2),
        ("tickets_created", ["--where", "channel=chat", "channel=email"], 5, 5),
        ("tickets_created", ["--where", "channel=email", "--where", "agent=Ben"], 2, 2),
        ("tickets_created", ["--where", "tags=vip"], 2, 2),
        ("tickets_created", ["--where", "region=(none)"], 1, 1),
        ("tickets_created", ["--from", "2026-01-06", "--to", "2026-01-12"], 2, 2),
        ("tickets_created", ["--from", "2026-01-14", "--zone", "Europe/Berlin"], 1, 1),
        ("tickets_created", ["--as-of", "2026-01-06"], 3, 3),
        ("tickets_solved", ["--as-of", "2026-01-05T11:00:00Z"], 1, 1),
        ("backlog", ["--as-of", "2026-01-06"], 1, 1),
    ],
)
def test_numbers_worked_by_hand(kpi: Kpi, desk: Path, metric: str, more: list[str], value: float, n: int) -> None:
    more = [str(desk / m) if m.endswith(".toml") else m for m in more]
    row = compute(kpi, desk, "--metric", metric, *more).one()
    assert (row["metric"], row["period"], row["value"], row["n"]) == (metric, "all", pytest.approx(value), n)


def test_statuses_can_all_be_kept(kpi: Kpi, desk: Path) -> None:
    with_spam = compute(kpi, desk, "--metric", "answer_rate", "--param", "statuses=all").one()
    assert (with_spam["top"], with_spam["bottom"]) == (5, 6)
    assert compute(kpi, desk, "--metric", "answer_rate").one()["bottom"] == 5


@pytest.mark.slow
def test_periods_and_groups(kpi: Kpi, desk: Path) -> None:
    created = lambda *more: compute(kpi, desk, "--metric", "tickets_created", *more)  # noqa: E731  said once, used five times
    assert created("--by", "week").by("period") == {"2026-01-05": 3, "2026-01-12": 2}
    assert created("--by", "month").by("period") == {"2026-01-01": 5}
    assert created("--by", "day").by("period")["2026-01-13"] == 1
    assert created("--by", "day", "--zone", "Europe/Berlin").by("period")["2026-01-14"] == 1
    assert created("--split", "channel").by("channel") == {"chat": 2, "email": 3}
    assert created("--split", "channel", "agent").by("channel", "agent")["email", "Ben"] == 2
    assert created("--split", "region").by("region") == {"north": 2, "south": 2, "(none)": 1}
    assert created("--split", "tags").by("tags") == {"vip": 2, "new": 2, "(none)": 2}
    assert [r["is_complete"] for r in created("--by", "week").json["results"]] == [True, False]


def test_a_comparison_takes_as_many_days_before(kpi: Kpi, desk: Path) -> None:
    row = compute(kpi, desk, "--metric", "tickets_created", "--from", "2026-01-12", "--to", "2026-01-13", "--compare", "previous").one()
    assert (row["value"], row["before"], row["change"]) == (2, 0, 2)
    weeks = compute(kpi, desk, "--metric", "tickets_created", "--by", "week", "--compare", "previous").json["results"]
    assert weeks[1]["before"] == 3 and weeks[1]["change"] is None, "the second week is unfinished"


def test_without_metric_everything_the_data_allow_is_measured(kpi: Kpi, desk: Path) -> None:
    told = compute(kpi, desk).json["results"]
    available = kpi("read", desk / "tickets.csv", desk / "surveys.csv").json["metrics"]["available"]
    assert [r["metric"] for r in told] == available and len(available) > 20


def test_what_cannot_be_measured_is_unknown_with_the_reason(kpi: Kpi, desk: Path) -> None:
    row = compute(kpi, desk, "--metric", "nps").one()
    assert row["value"] is None and row["n"] is None and row["notes"]
    assert compute(kpi, desk, "--metric", "nps", "--format", "table").out == "NPS: unknown. Needs NPS answers.\n"


def test_csv_holds_the_same_rows(kpi: Kpi, desk: Path) -> None:
    wish = ("--metric", "tickets_created", "csat", "--by", "week", "--split", "channel")
    told, text = compute(kpi, desk, *wish).json["results"], compute(kpi, desk, *wish, "--format", "csv").out
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == len(told)
    for row, record in zip(rows, told, strict=True):
        assert (row["metric"], row["period"], row["channel"]) == (record["metric"], record["period"], record["group"]["channel"])
        assert row["value"] == ("" if record["value"] is None else str(record["value"]))
        assert row["notes"] == "; ".join(record["notes"])


def test_table_is_one_sentence_a_row(kpi: Kpi, desk: Path) -> None:
    ran = compute(kpi, desk, "--metric", "tickets_created", "--split", "channel", "--format", "table")
    assert [line.split(":")[0] for line in ran.out.splitlines()] == ["Tickets created, chat", "Tickets created, email"]


def test_a_list_option_gives_the_file_back(kpi: Kpi, desk: Path) -> None:
    told = kpi("compute", "--metric", "tickets_created", desk / "tickets.csv").one()
    assert told["value"] == 5
    told = kpi("compute", "--metric", "tickets_created", "--where", "channel=chat", desk / "tickets.csv").one()
    assert told["value"] == 2


def test_the_same_rows_in_another_format_have_the_same_fingerprint(kpi: Kpi, desk: Path, tmp_path: Path) -> None:
    again = tmp_path / "tickets.csv"
    lines = (desk / "tickets.csv").read_text("utf-8").splitlines()
    again.write_text("\r\n".join([lines[0], *reversed(lines[1:])]) + "\r\n", "utf-8-sig")
    one, other = (kpi("read", f).json["fingerprint"] for f in (desk / "tickets.csv", again))
    assert one == other


def test_source_mapping_zone_and_date_order(kpi: Kpi, tmp_path: Path) -> None:
    export, mapping = tmp_path / "cases.csv", tmp_path / "cases.toml"
    export.write_text("Case,Opened on,Way\n1,04/01/2026 10:00,mail\n2,05/01/2026 10:00,mail\n", "utf-8")
    mapping.write_text(
        'name = "cases"\n[[file]]\nfills = "tickets"\nsigns = [["Case", "Opened on"]]\n'
        '[file.columns]\nticket_id = "Case"\ncreated_at = "Opened on"\nchannel = "Way"\n',
        "utf-8",
    )
    asked = kpi("read", export, "--mapping", mapping).json
    assert len(asked["questions"]) == 1, "4 January or 1 April: nobody can know"
    told = kpi("read", export, "--mapping", mapping, "--date-order", "Opened on=dmy", "--zone", "America/New_York").json
    assert not told["questions"] and told["first"] == "2026-01-04T15:00:00Z"
    first = kpi("read", export, "--mapping", mapping, "--date-order", "created_at=mdy", "--source", "cases").json["first"]
    assert first == "2026-04-01T10:00:00Z"


def test_names_can_be_pseudonyms_or_hidden(kpi: Kpi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "tickets.csv"
    file.write_text(
        "ticket_id,created_at,status,agent,requester\n1,2026-01-01T00:00:00Z,open,Ann,Zed\n2,2026-01-02T00:00:00Z,open,Bob,Yan\n,x,open,Ann,Zed\n"
    )
    asked = ("--metric", "tickets_created", "--split", "agent")
    groups = [
        [row["group"]["agent"] for row in kpi("compute", file, *asked, "--names", how).json["results"]] for how in ("shown", "pseudonyms")
    ]
    assert sorted(groups[0]) == ["Ann", "Bob"] and all(name.startswith("Agent ") for name in groups[1]) and len(set(groups[1])) == 2
    monkeypatch.setenv("KPI_SALT", "pepper")
    salted = [row["group"]["agent"] for row in kpi("compute", file, *asked, "--names", "pseudonyms").json["results"]]
    assert not set(salted) & set(groups[1])
    hidden = kpi("compute", file, *asked, "--names", "hidden").json["results"]
    assert [row["group"]["agent"] for row in hidden] == ["(none)"]
    assert "Ann" not in kpi("read", file, "--names", "hidden").out and "Ann" in kpi("read", file).out
