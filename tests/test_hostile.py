"""Everything in a file is hostile: names, values, file names, archives, mappings and addresses, all the way through read, measure and export.

Nothing is executed, nothing is lost, and what is refused is refused in one sentence.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import kpi
from kpi import export
from kpi.engine import from_frames
from kpi.errors import KpiError
from kpi.metric import MEASURED, RESERVED
from kpi.scope import NONE, Scope
from kpi.tables import TABLES

VALUES = [
    "'; DROP TABLE tickets; --", '"; DROP SCHEMA canonical CASCADE; --', "x' OR '1'='1", "a'b", 'a"b', "a\nb", "a\r\nb", "$$x$$", "$1", "?", ":a",
    "%s", "{0}", "{{", "\\", "\\'", "\\x27", "/*", "*/", "--", ";", "asked_text('where_0_0')", "read_csv('/etc/passwd')", "/etc/passwd",
    "file:///etc/passwd", "https://example.com/x.parquet", "=1+1", "+x", "-x", "@SUM(A1)", "\t=x", "null", "None", "NaN", "(none)", "1e400", "0x1F",
    "名前", "e\u0301", "\u202eabc", "\u2028x", "🙂", "a,b", "a;b", "x" * 5000, "TRUE", "<script>alert(1)</script>", "{{7*7}}", "\x1b[2J",
]  # fmt: skip
SQL_NAMES = [
    "select * from x; drop table tickets", "a\"b", "a'b", "a;b", "x) --", "*", "select", "order", "from", "rowid", "_row", "_file", "_load",
    "g0", "g1", "bucket", "value", "reason", "deff", "count", "tickets", "instants", "canonical.tickets", "asked_text('where_0_0')", "Straße",
    "名前", "🙂", "", " ", "%s", "STATUS", "Channel ", "=1+1",
]  # fmt: skip


def write(path: Path, rows: Sequence[Sequence[object]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as handle:
        csv.writer(handle).writerows(rows)
    return path


def tables_of(data: kpi.Dataset) -> dict[str, int]:
    listed = data.con.cursor().execute("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'canonical'").fetchall()
    return {name: data.con.cursor().execute(f"SELECT count(*) FROM canonical.{name}").fetchone()[0] for (name,) in listed}


def number(metric: str, scope: Scope, data: kpi.Dataset) -> float:
    return float(kpi.measure(metric, scope, data).frame["value"].iloc[0])


# --- values -------------------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def evil(tmp_path_factory: pytest.TempPathFactory) -> kpi.Dataset:
    """One ticket for each hostile value, which stands in its id, channel, team and agent."""
    rows = [(value, f"2026-01-{i % 28 + 1:02}T10:00:00Z", value, value, value) for i, value in enumerate(VALUES)]
    path = tmp_path_factory.mktemp("evil") / "tickets.csv"
    return kpi.read(write(path, [("ticket_id", "created_at", "channel", "team", "agent"), *rows]))


def test_values_are_kept_as_they_are(evil: kpi.Dataset) -> None:
    kept = evil.con.cursor().execute("SELECT ticket_id, channel FROM canonical.tickets ORDER BY _row").fetchall()
    assert kept == [(value, value) for value in VALUES]


@pytest.mark.slow
def test_every_value_filters_its_own_ticket(evil: kpi.Dataset) -> None:
    before = tables_of(evil)
    for value in VALUES:
        scope = Scope(where={"channel": value, "team": [value]})
        assert number("tickets_created", scope, evil) == 1, value
        assert kpi.rows("tickets_created", scope, evil)["ticket_id"].tolist() == [value]
        assert Scope.from_query(scope.to_query()) == scope
    assert tables_of(evil) == before and before["tickets"] == len(VALUES)


def test_every_value_is_a_group_of_its_own(evil: kpi.Dataset) -> None:
    result = kpi.measure("tickets_created", Scope(split=["channel", "agent"]), evil)
    assert sorted(result.frame["channel"]) == sorted(VALUES) and set(result.frame["value"]) == {1.0}
    assert len(list(csv.reader(io.StringIO(export.result_csv(result), newline="")))) == len(VALUES) + 1
    assert len(json.loads(result.to_json())) == len(VALUES)


def test_a_sentence_stays_one_line(evil: kpi.Dataset) -> None:
    lines = kpi.measure("tickets_created", Scope(split="channel"), evil).text.split("\n")
    assert len(lines) == len(VALUES)
    assert not [line for line in lines if any(ord(letter) < 32 for letter in line)]


@pytest.mark.parametrize("name", ["o'ut.csv", 'o"ut.parquet', "o;ut--.csv", "名前.parquet", "$1 %s {0}.csv"])
def test_exports_hold_every_value(evil: kpi.Dataset, tmp_path: Path, name: str) -> None:
    target = tmp_path / name
    assert export.tickets(evil, target) == len(VALUES)
    assert [p.name for p in tmp_path.iterdir()] == [name]
    if target.suffix == ".parquet":
        assert sorted(pq.read_table(target)["ticket_id"].to_pylist()) == sorted(VALUES)
    else:
        with target.open(newline="", encoding="utf-8") as handle:
            assert sorted(row["ticket_id"] for row in csv.DictReader(handle)) == sorted(export.safe(value) for value in VALUES)


def test_half_a_character_is_refused(evil: kpi.Dataset) -> None:
    with pytest.raises(KpiError, match="not text"):
        kpi.measure("tickets_created", Scope(where={"channel": "a\ud800"}), evil)


def test_a_zero_byte_is_taken_out_and_said(tmp_path: Path) -> None:
    path = tmp_path / "tickets.csv"
    path.write_bytes(b"ticket_id,created_at,channel\na\x00b,2026-01-05T10:00:00Z,e\x00mail\nc,2026-01-05T10:00:00Z,email\n")
    data = kpi.read(path)
    assert number("tickets_created", Scope(where={"channel": "email"}), data) == 2
    assert any("NUL" in doubt for doubt in data.report.doubts)


# --- names of columns ---------------------------------------------------------------------------------------------------------------


def company(names: Sequence[str]) -> list[list[object]]:
    """Forty tickets whose further columns, whatever they are called, all say a, b or c in turn."""
    rows: list[list[object]] = [["ticket_id", "created_at", "first_reply_at", "solved_at", "status", "agent_replies", *names]]
    for i in range(40):
        day, solved = f"2026-01-{i % 28 + 1:02}", i % 3 > 0
        times = [f"{day}T10:00:00Z", f"{day}T{11 + i % 5}:00:00Z", f"{day}T20:00:00Z" if solved else ""]
        rows.append([i, *times, "solved" if solved else "open", i % 4, *("abc"[i % 3] for _ in names)])
    return rows


def test_names_of_ours_are_all_reserved(evil: kpi.Dataset) -> None:
    """What measured tables really hold, and what a result really has, no export may bring along under the same name."""
    schema = evil.stand(None, None)
    for table in MEASURED:
        held = {c for c in evil.query(f"DESCRIBE {table}", schema)["column_name"] if not c.startswith("_")}
        assert not held - RESERVED - set(TABLES["tickets"].by_name), table
    shown = kpi.measure("tickets_created", Scope(by="week", compare="previous"), evil).frame
    assert not set(shown.columns) - RESERVED
    behind = kpi.rows("tickets_created", Scope(), evil, excluded=True)
    assert not {c for c in behind.columns if not c.startswith("_")} - RESERVED - set(TABLES["tickets"].by_name)


@pytest.mark.slow
def test_columns_named_like_ours_change_no_number(tmp_path: Path) -> None:
    ours = sorted(RESERVED - set(TABLES["tickets"].by_name))
    given = list(dict.fromkeys([*ours, *SQL_NAMES, "plain"]))
    data = kpi.read(write(tmp_path / "tickets.csv", company(given)))
    bare = kpi.read(write(tmp_path / "bare.csv", company([])))
    scope = Scope(by="week", compare="previous")
    assert kpi.measure([], scope, data).to_json() == kpi.measure([], scope, bare).to_json()
    kept = {e.header: e.name for e in data.report.extras if e.kept}
    assert len(set(kept.values())) == len(kept) and set(kept.values()) == set(data.extras)
    told = {*kept, *(e.header for e in data.report.extras if e.reason)}
    assert set(given) - told == {"Channel "}, "read as the channel; no other column is lost without a word"
    wanted = ["tickets_created", "backlog", "full_resolution_time", "one_touch", "backlog_age"]
    plain = kpi.measure(wanted, Scope(split="plain"), data).frame
    assert sorted(set(plain["plain"])) == ["a", "b", "c"]
    for name in data.extras:
        same = kpi.measure(wanted, Scope(split=name), data).frame.rename(columns={name: "plain"})
        pd.testing.assert_frame_equal(same, plain)


@pytest.mark.parametrize(
    "name", ["value", "metric", "period", "bucket", "g0", "is_counted", "span_status", "select * from x; drop table tickets"]
)
def test_a_hostile_name_goes_through_every_door(tmp_path: Path, name: str) -> None:
    data = kpi.read(write(tmp_path / "tickets.csv", company([name])))
    (extra,) = data.extras
    scope = Scope(by="month", split=extra, where={extra: ["a", "b"]}, compare="previous")
    result = kpi.measure(["tickets_created", "first_reply_time"], scope, data)
    assert set(result.frame[extra]) == {"a", "b"} and result.text and export.result_csv(result) and result.to_json()
    assert len(kpi.rows("tickets_created", Scope(where={extra: "a"}), data)) == 14
    assert export.tickets(data, tmp_path / "out.csv") == export.tickets(data, tmp_path / "out.parquet") == 40
    assert extra in pq.read_schema(tmp_path / "out.parquet").names


@pytest.mark.parametrize(
    "column", ["x; DROP TABLE tickets", '"', "'", "_row", "_file", "*", "tickets.channel", "count(*)", "channel--", ""]
)
def test_columns_that_do_not_exist_are_refused(evil: kpi.Dataset, column: str) -> None:
    with pytest.raises(KpiError, match="There is no column"):
        kpi.measure("tickets_created", Scope(split=[column]), evil)
    for ask in (kpi.measure, kpi.rows):
        with pytest.raises(KpiError, match="There is no column"):
            ask("tickets_created", Scope(where={column: "x"}), evil)


@pytest.mark.parametrize("name", ["is_counted", "Value", "BUCKET", 'a"b'])
def test_frames_with_such_names_are_refused(name: str) -> None:
    with pytest.raises(KpiError, match="cannot be called"):
        from_frames({"tickets": pd.DataFrame({"ticket_id": ["1"], name: ["x"]})})


def test_frames_with_names_like_sql_are_measured(tmp_path: Path) -> None:
    names = ["asked_text('where_0_0')", "=1+1", "a;b", "x) --", "Ticket Category"]
    frame = pd.DataFrame(
        {"ticket_id": ["1", "2"], "created_at": pd.to_datetime(["2026-01-05", "2026-01-06"]), **{name: ["a", '"'] for name in names}}
    )
    data = from_frames({"tickets": frame})
    for name in names:
        for value in ("a", '"'):
            assert number("tickets_created", Scope(split=name, where={name: value}), data) == 1
    export.tickets(data, tmp_path / "out.csv")
    assert "'=1+1" in (tmp_path / "out.csv").read_text("utf-8").splitlines()[0]


# --- mappings and addresses ---------------------------------------------------------------------------------------------------------


def test_a_hostile_mapping_is_only_words(tmp_path: Path) -> None:
    header, way = "Case'; DROP TABLE x; --", 'W"a"y (it\'s)'
    export_ = write(
        tmp_path / "cases.csv", [[header, "Opened", way], ["1", "2026-01-05T10:00:00Z", "a'b"], ["2", "2026-01-05T10:00:00Z", "(.*"]]
    )
    mapping = tmp_path / "cases.toml"
    mapping.write_text(
        f"""name = "cases"
missing = ["(.*", "a|b", "'", "\\\\"]
[[file]]
fills = "tickets"
signs = [[{json.dumps(header)}]]
[file.columns]
ticket_id = {json.dumps(header)}
created_at = "Opened"
channel = {json.dumps(way)}
team = {{ constant = "x'); DROP TABLE tickets; --" }}
status = {{ status = {json.dumps(way)}, words = {{ "a'b" = "open" }} }}
""",
        "utf-8",
    )
    data = kpi.read(export_, mapping=mapping)
    kept = data.con.cursor().execute("SELECT ticket_id, channel, team, status FROM canonical.tickets ORDER BY 1").fetchall()
    team = "x'); DROP TABLE tickets; --"
    assert kept == [("1", "a'b", team, "open"), ("2", None, team, None)]


HOSTILE = st.text(max_size=30) | st.sampled_from([*VALUES[:20], "all", "week", "UTC", "2026-01-05", "channel=x", "fcr_window=7d", "\ud800"])


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.dictionaries(
        st.sampled_from("by split where from to zone clock statistic as_of compare param calendar nonsense".split()),
        st.lists(HOSTILE, max_size=3),
        max_size=4,
    )
)
def test_an_address_is_a_scope_or_a_sentence(query: dict[str, list[str]]) -> None:
    try:
        scope = Scope.from_query(query)
    except KpiError as refused:
        assert str(refused)
        return
    assert Scope.from_query(scope.to_query()) == scope


@settings(max_examples=100, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["channel", "team", "agent"]),
        st.lists(st.text(min_size=1, max_size=20), min_size=1, max_size=3, unique=True),
        max_size=3,
    )
)
def test_filters_survive_an_address(where: dict[str, list[str]]) -> None:
    scope = Scope(where=where)
    assert Scope.from_query(scope.to_query()) == scope


def test_the_name_of_the_unknown_group_is_found_with_it(tmp_path: Path) -> None:
    rows = [["ticket_id", "created_at", "channel"], ["1", "2026-01-05T10:00:00Z", NONE], ["2", "2026-01-05T10:00:00Z", ""]]
    data = kpi.read(write(tmp_path / "tickets.csv", rows))
    assert number("tickets_created", Scope(where={"channel": NONE}), data) == 2
    assert kpi.measure("tickets_created", Scope(split="channel"), data).frame["value"].tolist() == [2]
