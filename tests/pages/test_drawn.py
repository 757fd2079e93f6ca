"""A chart as it is drawn: its data lie beside it, its table opens behind it, and the table's CSV harms no spreadsheet."""

from __future__ import annotations

import csv
import io
import json

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from kpi.charts import base
from pages.parts import recorded
from pages.parts.drawn import csv_of


def page() -> None:
    import pandas as pd
    import streamlit as st

    from pages.parts import drawn

    frame = pd.DataFrame({"day": ["a", "b"], "n": [1, 2]})
    spec = {
        "data": {"name": "d"},
        "mark": "bar",
        "encoding": {"x": {"field": "day", "type": "nominal"}, "y": {"field": "n", "type": "quantitative"}},
        "config": {"axisY": {"tickCount": 3}},
    }
    drawn.draw(spec, {"d": frame}, key="days", alt="Two days", table=frame.rename(columns={"n": "Tickets"}), file_name="days")
    st.text("after")


def test_a_chart_is_drawn_with_its_data_its_sentence_and_a_closed_table() -> None:
    app = AppTest.from_function(page, default_timeout=30).run()
    assert not app.exception
    (chart,) = app.get("vega_lite_chart")
    spec = json.loads(chart.proto.spec)
    assert spec["data"] == {"name": "d"} and [d.name for d in chart.proto.datasets] == ["d"], "a named set without its rows is empty"
    assert chart.proto.alt == "Two days"
    assert spec["config"]["axisY"] == {"grid": True, "tickCount": 3}, "the spec's own word wins, the rest is shared"
    assert spec["config"]["background"] == "transparent"
    assert not app.dataframe, "the table is made only when somebody opens it"
    app.session_state["days_table"] = True
    app.run()
    assert list(app.dataframe[0].value.columns) == ["day", "Tickets"] and app.get("download_button")


def test_the_csv_runs_nothing_and_keeps_what_is_unknown_empty() -> None:
    table = pd.DataFrame(
        {
            "=cmd()": ["=1+1", None, "plain, text"],
            "At": pd.to_datetime(["2026-03-02 08:00", None, "2026-03-03 09:30"]),
            "Value": [-1.5, float("nan"), 2.0],
            "Yes": [True, False, True],
        }
    )
    rows = list(csv.reader(io.StringIO(csv_of(table))))
    assert rows[0] == ["'=cmd()", "At", "Value", "Yes"]
    assert rows[1] == ["'=1+1", "2026-03-02T08:00:00", "-1.5", "True"], "a number may be negative; a text may not begin like a formula"
    assert rows[2] == ["", "", "", "False"] and rows[3][0] == "plain, text"


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


GROUNDS = {"light": ("#FCFBF8", "#F3F1EA"), "dark": ("#14171C", "#1C2128")}


@pytest.mark.parametrize("theme", GROUNDS)
def test_fixed_colours_read_well_on_page_and_card(theme: str) -> None:
    """WCAG 2.2: 4.5 to 1 for text (1.4.3), 3 to 1 for marks (1.4.11); the formula is the standard's, the grounds the theme's."""
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    for ground in GROUNDS[theme]:
        assert contrast(base.INK[theme], ground) > 7 and contrast(base.QUIET[theme], ground) > 4.5
        assert all(contrast(colour, ground) > 3 for colour in (base.OTHERS, base.GOOD, base.BAD))


def test_grey_is_kept_for_the_others() -> None:
    domain = base.scale(["e-mail", "chat", "phone", "web", "shop"], "others")["domain"]
    assert domain[base.GREY] == "others" and domain.index("web") == base.GREY + 1 and domain.index("shop") == base.GREY + 2
    assert base.scale(["e-mail", "chat"])["domain"] == ["e-mail", "chat"]
    assert base.scale(["e-mail", "chat"], "others")["domain"][base.GREY] == "others"
    assert base.legend_of(["e-mail"], "others") == {"values": ["e-mail", "others"]}


def ticket_page() -> None:
    import pandas as pd

    import kpi
    from pages.parts import drawn

    at = pd.to_datetime(["2026-03-02 08:00", "2026-03-02 09:42"])
    tickets = pd.DataFrame(
        {"ticket_id": ["![x](https://evil.example/p.png)"], "created_at": at[:1], "agent": ["**Eve** <b>"], "solved_at": at[1:]}
    )
    messages = pd.DataFrame(
        {
            "ticket_id": list(tickets["ticket_id"]) * 2,
            "sent_at": at,
            "author": ["r", "=1+1"],
            "author_role": ["requester", "agent"],
            "is_public": [True, True],
        }
    )
    data = kpi.engine.from_frames({"tickets": tickets, "messages": messages})
    drawn.timeline(data, tickets["ticket_id"][0], "first_reply_time", kpi.Scope(zone="Europe/Berlin"), key="first")
    drawn.timeline(data, tickets["ticket_id"][0], "tickets_per_agent", kpi.Scope(), key="agent")


def test_a_ticket_is_drawn_with_its_sentence_and_its_events_and_text_from_files_stays_text() -> None:
    app = AppTest.from_function(ticket_page, default_timeout=30).run()
    assert not app.exception
    sentences = [text.value.replace("\u00a0", " ") for text in app.markdown]
    assert sentences[0] == r"**1 h 42 min\: from the creation to the first public human reply.**"
    assert "**Eve**" not in sentences[1] and r"\*\*Eve\*\* \<b\>" in sentences[1]
    app.session_state["first_events"] = True
    app.run()
    (table,) = app.dataframe
    assert list(table.value["What"]) == ["Created", "Opening message", "First public reply", "Solved"]
    assert str(table.value["When (Europe/Berlin)"].iloc[0]) == "2026-03-02 09:00:00"
    assert list(table.value["Who"]) == ["", "", "=1+1", ""], "a cell is text; the CSV disarms it"


def test_a_column_whose_longest_cell_stands_far_below_is_wide_enough_for_it() -> None:
    """The grid decides a width by its first rows: "2 h 30 min" below nine shares was cut."""
    short = ["3.9 %"] * 9
    frame = pd.DataFrame({"Newest": [*short, "2 h 30 min"], "Better than": ["12 of 12"] * 10, "n": range(10), "Note": [*short, "x" * 200]})
    found = recorded.widths(frame)
    assert set(found) == {"Newest"}, "nothing else changes: what shows by itself, numbers, prose"
    assert found["Newest"]["width"] >= 7 * len("2 h 30 min")
    first = pd.DataFrame({"Newest": ["2 h 30 min", *short]})
    assert set(recorded.widths(first)) == set(), "the grid sees it"
    assert set(recorded.widths(pd.DataFrame({"Age": ["2 h 30 min and some seconds", *["5 s"] * 8]}))) == {"Age"}, (
        "far above the mean it is passed over"
    )
