"""The scope bar: every control writes the address, the address is asked again, and what it asks in vain takes nothing down."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from kpi import store
from kpi.scope import QUERY_NAMES
from pages.parts import asked_dates, asked_words

pytestmark = pytest.mark.slow

DOC = (Path(__file__).parents[2] / "docs" / "address.md").read_text("utf-8")
EVERYTHING = {"by": "all", "zone": "UTC", "clock": "calendar"}
CALENDAR = b"""[[schedule]]
name = "Mornings"
zone = "UTC"
[schedule.hours]
mon = ["08:00-09:00"]
tue = ["08:00-09:00"]
wed = ["08:00-09:00"]
"""
Open = Callable[..., AppTest]


def stands(app: AppTest) -> AppTest:
    assert not app.exception and not app.error, [*app.exception, *(error.value for error in app.error)]
    return app


def told(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value.replace("\u00a0", " ") for metric in stands(app).metric}


def address(app: AppTest) -> dict[str, list[str]]:
    return {name: values if isinstance(values, list) else [values] for name, values in app.query_params.items()}


def opened(app: AppTest, bar: str) -> AppTest:
    app.session_state[bar] = True
    return stands(app.run())


def tickets(kept: dict[str, str]) -> pd.DataFrame:
    """The sample's tickets that count, as pandas reads them."""
    found = store.folder(kept["sample"])
    path = next(place for name, place in store.files(kept["sample"]).items() if name == "tickets.csv")
    frame = pd.read_csv(found / path.name, parse_dates=["created_at"], keep_default_na=False)
    return frame[~frame["status"].isin(["deleted", "spam", "merged"])]


def test_presets_are_the_dates_the_reference_page_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asked_dates, "newest", lambda mine, zone: dt.date(2026, 10, 31))
    rows = dict(re.findall(r"^\| (Last [^|(]+?)(?: \(\d+ days\))? \| ([^|]+) \|$", DOC, re.MULTILINE))
    presets = {words: code for code, words in asked_dates.PRESETS.items() if words.startswith("Last")}
    assert rows.keys() == presets.keys()
    for words, dates in rows.items():
        assert asked_dates.said(*asked_dates.of(presets[words], None, "UTC")) == dates


@pytest.mark.parametrize(
    ("newest", "preset", "first", "last"),
    [
        ("2026-11-01", "month", "2026-10-01", "2026-10-31"),  # October is whole once November has begun
        ("2026-01-01", "quarter", "2025-10-01", "2025-12-31"),
        ("2024-03-15", "month", "2024-02-01", "2024-02-29"),  # a leap year
        ("2024-03-01", "7", "2024-02-23", "2024-02-29"),
    ],
)
def test_presets_at_the_ends_of_months(newest: str, preset: str, first: str, last: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asked_dates, "newest", lambda mine, zone: dt.date.fromisoformat(newest))
    assert asked_dates.of(preset, None, "UTC") == (dt.date.fromisoformat(first), dt.date.fromisoformat(last))


def test_dates_say_month_and_year_once() -> None:
    day = dt.date
    assert asked_dates.said(day(2026, 10, 3), day(2026, 10, 30)) == "3–30 Oct 2026"
    assert asked_dates.said(day(2026, 10, 12), day(2026, 11, 8)) == "12 Oct – 8 Nov 2026"
    assert asked_dates.said(day(2025, 12, 12), day(2026, 1, 8)) == "12 Dec 2025 – 8 Jan 2026"
    assert asked_dates.said(day(2026, 9, 5), day(2026, 10, 2), but_year=2026) == "5 Sep – 2 Oct"
    assert asked_dates.said(day(2025, 12, 31), day(2025, 12, 31)) == "31 Dec 2025"
    assert asked_dates.said(day(2026, 10, 3), None) == "from 3 Oct 2026" and asked_dates.said(None, None) == "all dates"


@pytest.mark.slow
def test_the_first_visit_shows_the_last_28_complete_days_before_the_newest_ticket(app: Open, kept: dict[str, str]) -> None:
    frame = tickets(kept)
    last = frame["created_at"].max().date() - dt.timedelta(days=1)
    first = last - dt.timedelta(days=27)
    at = stands(app(kept["sample"]))
    found = address(at)
    assert found["from"] == [first.isoformat()] and found["to"] == [last.isoformat()] and found["compare"] == ["previous"], (
        "the default stands in the address, in dates"
    )
    days = frame["created_at"].dt.date
    assert told(at)["Tickets created"] == str(((days >= first) & (days <= last)).sum())


def test_four_tickets_are_too_few_for_four_weeks(app: Open, tiny_key: str) -> None:
    found = address(app(tiny_key))
    assert "from" not in found and "compare" not in found and found["by"] == ["all"], "all dates, and that is said by the other names"


@pytest.mark.slow
def test_the_whole_scope_is_in_the_address_and_stays_there(app: Open, sample_key: str) -> None:
    fingerprint = address(app(sample_key))["calendar"][0]
    asked = {
        **{"by": "week", "zone": "Europe/Berlin", "clock": "business", "from": "2026-03-02", "to": "2026-05-31", "statistic": "p90"},
        **{"compare": "last_year", "as_of": "2026-06-30T12:00:00", "split": ["channel"], "where": ["channel=email", "team=(none)"]},
        **{"param": ["resolved_within=8h"], "calendar": fingerprint},
    }
    assert set(asked) == set(QUERY_NAMES), "no name of the scope is forgotten here"
    assert all(f"`{name}`" in DOC for name in QUERY_NAMES), "nor in the reference page"
    at = stands(app(sample_key, **asked))
    assert not at.info
    assert address(at) == {"data": [sample_key], **{name: v if isinstance(v, list) else [v] for name, v in asked.items()}}


HOSTILE = [
    "",
    "\x00",
    "'; DROP TABLE tickets; --",
    "../../etc/passwd",
    "![x](https://evil.example/p.png)",
    "nan",
    "9" * 400,
    "=1+1",
    "é" * 5000,
]


@pytest.mark.slow
@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_an_address_of_nothing_but_harm_takes_nothing_down(app: Open, tiny_key: str, text: str) -> None:
    at = stands(app(tiny_key, **{name: [text] for name in QUERY_NAMES}))
    assert len(at.info) <= 1 and at.title[0].value == "How support is doing"


@pytest.mark.slow
@pytest.mark.parametrize("name", QUERY_NAMES)
def test_a_part_that_means_harm_takes_nothing_down(app: Open, tiny_key: str, name: str) -> None:
    for text in HOSTILE[1:3]:
        at = stands(app(tiny_key, **{**EVERYTHING, name: [text]}))
        assert len(at.info) <= 1 and at.title[0].value == "How support is doing"
        if name != "calendar" or text:
            assert address(at).get(name, []) in ([], [text], [EVERYTHING.get(name)])


def test_one_bad_part_does_not_take_the_others_with_it(app: Open, tiny_key: str) -> None:
    query = {"by": "fortnight", "zone": "Mars/Olympus", "where": ["nonsense=1", "channel=email"], "calendar": "abc", "param": ["csat=1"]}
    at = stands(app(tiny_key, **query))
    (note,) = at.info
    for word in ("fortnight", "Mars/Olympus", "nonsense", "calendar", "csat"):
        assert word in note.value
    assert told(at)["Tickets created"] == "3", "the filter that the data know still holds"
    assert address(at) == {"data": [tiny_key], "by": ["all"], "zone": ["UTC"], "clock": ["calendar"], "where": ["channel=email"]}
    assert [one.value for one in at.run().info] == [note.value], "it stays while the address does: a page may run again by itself"
    at.query_params["by"] = "week"
    assert not at.run().info, "and goes with it"


def test_dates_that_run_backwards_and_too_many_periods_are_left_out(app: Open, tiny_key: str) -> None:
    at = stands(app(tiny_key, **EVERYTHING, **{"from": "2026-03-05", "to": "2026-03-01"}))
    assert "backwards" in at.info[0].value and "from" not in address(at)
    at = stands(app(tiny_key, by="day", **{"from": "1900-01-01", "to": "2199-12-31"}))
    assert "too many" in at.info[0].value and address(at)["by"] == ["all"]


def test_what_belongs_to_a_page_survives_a_change_of_scope(app: Open, sample_key: str) -> None:
    at = app(sample_key, "number.py", metric="csat")
    opened(at, "period_bar").radio(key="period").set_value("91").run()
    stands(at)
    assert address(at)["metric"] == ["csat"] and at.session_state["asked"].end - at.session_state["asked"].start == dt.timedelta(days=90)


@pytest.mark.slow
def test_every_control_writes_the_address(app: Open, sample_key: str) -> None:
    at = app(sample_key)
    opened(at, "compare_bar").radio(key="compare").set_value("last_year").run()
    assert address(at)["compare"] == ["last_year"]
    opened(at, "compare_bar").radio(key="compare").set_value("").run()
    assert "compare" not in address(at)
    opened(at, "more_bar")
    for key, name, value in (
        ("clock", "clock", "business"),
        ("grain", "by", "month"),
        ("statistic", "statistic", "p90"),
        ("zone", "zone", "America/New_York"),
    ):
        stands(at.selectbox(key=key).select(value).run())
        assert address(at)[name] == [value]
    stands(at.selectbox(key="statistic").select("own").run())
    assert "statistic" not in address(at)
    stands(at.selectbox(key="hours").select("").run())
    assert "calendar" not in address(at), "the hours the export states"
    stands(at.toggle(key="exports_rule").set_value(True).run())
    assert sorted(address(at)["param"]) == ["clocks=finished", "statuses=all"]
    stands(at.toggle(key="exports_rule").set_value(False).run())
    assert "param" not in address(at)
    opened(at, "period_bar").radio(key="period").set_value("all").run()
    assert not {"from", "to", "compare"} & set(address(at)), "all dates are compared with nothing"


def test_other_dates_begin_with_those_shown_and_wait_for_both_ends(app: Open, tiny_key: str) -> None:
    at = app(tiny_key)
    opened(at, "period_bar").radio(key="period").set_value("own").run()
    assert address(stands(at))["from"] == ["2026-03-02"] and address(at)["to"] == ["2026-03-04"]
    at.date_input(key="dates").set_value((dt.date(2026, 3, 3),)).run()
    assert address(stands(at))["from"] == ["2026-03-02"], "one date alone changes nothing"
    at.date_input(key="dates").set_value((dt.date(2026, 3, 3), dt.date(2026, 3, 4))).run()
    assert told(at)["Tickets created"] == "2" and address(at)["from"] == ["2026-03-03"]


@pytest.mark.slow
def test_filters_count_as_pandas_does(app: Open, kept: dict[str, str]) -> None:
    frame = tickets(kept)
    at = opened(app(kept["sample"], **EVERYTHING), "filters_bar")
    for column in ("channel", "team", "agent"):
        counts = frame[column].replace("", "(none)").value_counts()
        shown = at.multiselect(key=f"where_{column}").options
        said = {value.rpartition(" (")[0]: int(value.rpartition(" (")[2].rstrip(")").replace(",", "")) for value in shown}
        assert said == {("not known" if value == "(none)" else value): n for value, n in counts.items()}
    tags = frame["tags"].replace("", "not known").str.split(";").explode().value_counts()
    shown = at.multiselect(key="where_tags").options
    assert shown[:3] == [f"{tag} ({n:,})" for tag, n in tags.head(3).items()], "a ticket with two tags is in both"
    stands(at.multiselect(key="where_channel").set_value(["email", "chat"]).run())
    assert address(at)["where"] == ["channel=chat", "channel=email"]
    assert told(at)["Tickets created"] == f"{frame['channel'].isin(['email', 'chat']).sum():,}"


def test_chips_remove_filters_and_an_empty_choice_is_no_filter(app: Open, tiny_key: str) -> None:
    at = app(tiny_key, **EVERYTHING, where=["channel=email", "channel=chat"])
    assert [at.button(key=f"chip_0_{i}").label for i in (0, 1)] == ["Channel\\: chat", "Channel\\: email"]
    stands(at.button(key="chip_0_0").click().run())
    assert address(at)["where"] == ["channel=email"] and told(at)["Tickets created"] == "3"
    opened(at, "filters_bar")
    stands(at.multiselect(key="where_channel").set_value([]).run())
    assert "where" not in address(at) and told(at)["Tickets created"] == "4"
    at = app(tiny_key, **EVERYTHING, where=["channel=email", "status=open"])
    stands(at.button(key="clear_filters").click().run())
    assert "where" not in address(at)


def test_a_filter_that_leaves_nothing_is_named_with_its_way_out(app: Open, tiny_key: str) -> None:
    at = stands(app(tiny_key, **EVERYTHING, where=["channel=email", "status=fax"]))
    assert not at.metric and "these filters together" in at.markdown[-1].value
    labels = [button.label for button in at.button if button.key.startswith("way_")]
    assert labels == ["Remove Status\\: fax (3 tickets)"], "removing the other one would bring nothing back"
    stands(at.button(key="way_0").click().run())
    assert address(at)["where"] == ["channel=email"] and told(at)["Tickets created"] == "3"


def test_filters_none_of_which_helps_alone_and_dates_without_anything(app: Open, tiny_key: str) -> None:
    at = stands(app(tiny_key, **EVERYTHING, where=["channel=pigeon", "status=fax"]))
    assert not [button for button in at.button if button.key.startswith("way_")]
    assert told(at.button(key="clear_all").click().run())["Tickets created"] == "4"
    at = stands(app(tiny_key, **EVERYTHING, **{"from": "1999-01-01", "to": "1999-12-31"}))
    assert not at.metric and "2 Mar 2026 to 4 Mar 2026" in " ".join(caption.value for caption in at.caption)
    assert told(at.button(key="all_dates").click().run())["Tickets created"] == "4"


def test_working_hours_can_be_brought_and_are_in_the_address(app: Open, tiny_key: str) -> None:
    at = opened(app(tiny_key), "more_bar")
    stands(at.selectbox(key="hours").select("other").run())
    at.file_uploader(key="calendar_0").upload("calendar.toml", b"[[schedule]]\nname = 7\n").run()
    assert not at.exception and "calendar.toml" in at.error[0].value, "a file that cannot be used is named"
    at.file_uploader(key="calendar_1").upload("calendar.toml", CALENDAR).run()
    found = address(stands(at))
    assert found["clock"] == ["business"] and found["calendar"]
    again = stands(app(tiny_key, **EVERYTHING | {"clock": "business", "calendar": found["calendar"][0]}))
    assert not again.info
    # Two tickets of Monday, solved at 10:00 and 13:00, and one from Tuesday 9:00 to Wednesday 9:00: 1 h, 0 h and 1 h of the mornings.
    assert told(again)["Full resolution, median"] == "1 h"


def test_text_from_a_file_stays_text_in_the_bar(app: Open, dirty_key: str) -> None:
    at = opened(app(dirty_key, **EVERYTHING), "filters_bar")
    harm = next(value for value in at.multiselect(key="where_channel").options if "evil" in value)
    assert harm.startswith("![x](https://evil.example"), "options are shown as they are, never as Markdown"
    full = "![x](https://evil.example/p.png) <script>alert(1)</script> **bold** $x^2$ :red[x]"
    stands(at.multiselect(key="where_channel").set_value([full]).run())
    chip = at.button(key="chip_0_0").label
    assert "](" not in chip.replace("\\", "#") and told(at)["Tickets created"] == "1"


def test_columns_in_words() -> None:
    assert asked_words.label("product_area") == "Product area" and asked_words.label("tags") == "Tags"
    assert asked_words.needed(["tickets.solved_at"]) == "solved time"
    assert asked_words.needed(["surveys.csat"]) == "CSAT answers"
    assert asked_words.needed(["messages.sent_at", "changes.status"]) == "sent time of messages and changes of status"
    assert asked_words.needed(["tickets.is_sla_met", "tickets.handle_seconds"]) == "SLA met and handle time"
