"""The Overview: tiles from Results, a finding that is not typed, a place for what is lacking, and no column name on the page."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

import kpi
from kpi import store
from kpi.measure.result import COLUMNS
from kpi.tables import TABLES
from pages.parts import headline, tiles

Open = Callable[..., AppTest]
RAW = {column.name for table in TABLES.values() for column in table.columns if "_" in column.name}
EVERYTHING = {"by": "all", "zone": "UTC", "clock": "calendar"}


def stands(app: AppTest) -> AppTest:
    assert not app.exception and not app.error, [*app.exception, *(error.value for error in app.error)]
    return app


def told(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value.replace("\u00a0", " ") for metric in stands(app).metric}


def words(app: AppTest) -> list[str]:
    """Every text of ours on the page, help included; tables and names of files are the visitor's."""
    found = []
    for kind in ("title", "subheader", "markdown", "caption", "metric", "button", "radio", "selectbox", "multiselect", "toggle", "info"):
        for element in app.get(kind):
            found += [str(getattr(element, part, "") or "") for part in ("label", "value", "help")]
    found += [proto.label + proto.help for proto in (element.proto for element in app.get("page_link"))]
    names = [name.replace("_", "\\_") for name in app.session_state["mine"].names] if app.session_state["mine"] else []
    return [text for text in found if not any(name in text for name in names)]


def row(
    name: str, value: float, change: float | None = None, low: float | None = None, high: float | None = None, n: float = 500
) -> dict[str, Any]:
    beyond = low is not None and high is not None and (low > 0 or high < 0)
    made = {
        "metric": name,
        "period": "all",
        **dict.fromkeys(COLUMNS),
        "unit": "%",
        "is_complete": True,
        "notes": (),
        "value": value,
        "n": n,
    }
    before = None if change is None else value - change
    return made | {"before": before, "before_n": n, "change": change, "change_low": low, "change_high": high, "is_beyond_noise": beyond}


def result(*rows: dict[str, Any]) -> kpi.Result:
    scope = kpi.Scope(start="2026-10-03", end="2026-10-30", compare="previous")
    metrics = {one["metric"]: kpi.metrics()[one["metric"]] for one in rows}
    frame = pd.DataFrame(rows)
    numbers = [*COLUMNS, "before", "before_n", "change", "change_low", "change_high"]
    return kpi.Result(frame.astype(dict.fromkeys(numbers, "float64")), metrics, scope)


def test_a_tiny_file_worked_by_hand(app: Open, tiny_key: str) -> None:
    at = app(tiny_key)
    values = told(at)
    assert values["Tickets created"] == "4" and values["Tickets solved"] == "3" and values["Backlog"] == "1"
    assert values["Full resolution, median"] == "4 h"  # of 2 h, 4 h and 24 h
    assert values["CSAT"] == "2 of 3", "never a percentage from three answers"
    captions = " ".join(caption.value for caption in at.caption).replace("\u00a0", " ")
    assert "2–4 Mar 2026" in captions and "too few for a percentage" in captions and "4 tickets" in captions and "n = 3" in captions
    assert "n\u00a0=\u00a03" in " ".join(caption.value for caption in at.caption), "a line never breaks inside it"


@pytest.mark.parametrize("which", ["sample", "tiny", "dirty", "lacking", None])
def test_it_stands_on_any_data_and_says_no_column_name(app: Open, kept: dict[str, str], which: str | None) -> None:
    at = stands(app(kept[which] if which else None))
    for bar in ("filters_bar", "more_bar", "other_numbers"):
        at.session_state[bar] = True
    stands(at.run())
    assert at.title[0].value == "How support is doing"
    assert bool(at.metric) == bool(which) and bool(at.get("file_uploader")) == (not which)
    found = {word for text in words(at) for word in re.findall(r"[a-z]+(?:\\?_[a-z]+)+", text)}
    assert not {word.replace("\\", "") for word in found} & RAW
    assert not any("None" in text or "nan" in text.split() for text in words(at))


def test_what_is_lacking_keeps_its_place_and_says_what_it_needs(app: Open, lacking_key: str) -> None:
    at = app(lacking_key)
    values = told(at)
    assert values["CSAT"] == values["Full resolution"] == ":gray[–]" and values["Tickets created"] == "3"
    captions = [caption.value for caption in at.caption]
    assert {"needs: CSAT answers", "needs: solved time"} <= set(captions)
    assert not any(value in ("0", "0 %") for value in values.values()), "unknown is never 0"


def test_every_tile_leads_to_how_it_is_made(app: Open, sample_key: str) -> None:
    at = stands(app(sample_key))
    links = {link.proto.label.replace("\\", ""): link.proto.query_string for link in at.get("page_link")}
    assert told(at).keys() <= links.keys()
    assert "metric=csat" in links["CSAT"] and f"data={sample_key}" in links["CSAT"]
    for name in ("from=", "to=", "compare=previous", "calendar=", "zone=", "clock="):
        assert name in links["CSAT"], "a new tab shows the same"


def test_the_sparkline_is_the_last_13_complete_weeks(app: Open, kept: dict[str, str]) -> None:
    frame = pd.read_csv(store.files(kept["sample"])["tickets.csv"], parse_dates=["created_at"], keep_default_na=False)
    frame = frame[~frame["status"].isin(["deleted", "spam", "merged"])]
    monday = frame["created_at"].dt.tz_localize(None).dt.to_period("W-SUN").dt.start_time
    at = stands(app(kept["sample"], **EVERYTHING, **{"from": "2026-08-06", "to": "2026-10-30"}))  # a Friday: its week is not over
    weeks = [monday.eq(pd.Timestamp("2026-10-19") - pd.Timedelta(weeks=back)).sum() for back in range(12, -1, -1)]
    tile = next(metric for metric in at.metric if metric.label == "Tickets created")
    assert list(tile.proto.chart_data) == weeks


def test_a_change_has_colour_only_beyond_noise_and_knows_its_good_side() -> None:
    now = result(
        row("csat", 80, 3, 1, 5),
        row("reopen_rate", 5, 2, 1, 3),
        row("nps", 30, 2, -1, 5),
        row("ces", 5.0, 1, -1, 3, n=12),
        row("cost_per_ticket", 8, 1),
        row("sla_attainment", 90),
    )
    found = {one["metric"]: tiles.verdict(one) for one in now.records()}
    assert found == {
        **{"csat": "beyond noise", "reopen_rate": "beyond noise", "nps": "no clear change", "ces": "too few"},
        **{"cost_per_ticket": "", "sla_attainment": ""},
    }, "without an interval nothing is claimed"

    def page(now: object) -> None:
        from pages.parts import tiles as drawn

        for one in now.records():
            drawn._value(now, one, [])

    at = stands(AppTest.from_function(page, args=(now,)).run())
    colours = {metric.label: metric.proto.MetricColor.Name(metric.proto.color) for metric in at.metric}
    assert colours["CSAT"] == "GREEN" and colours["Reopen rate"] == "RED", "more reopened tickets are worse"
    assert {colours[label] for label in ("NPS", "Customer effort", "Cost per ticket")} == {"GRAY"}


def test_the_finding_is_what_changed_most_beyond_noise() -> None:
    now = result(
        row("csat", 80, 3, 1, 5), row("reopen_rate", 5, 2, 1.5, 2.5), row("tickets_created", 900, 500, 499, 501), row("nps", 30, 9, -1, 19)
    )
    bold, caveat = headline.finding(now)
    assert bold.replace("\u00a0", " ") == "Reopen rate rose by 2.0 pts to 5.0 %: worse, and beyond noise.", (
        "a count has no good side: it comes last"
    )
    assert caveat.replace("\u00a0", " ").startswith(
        "The change from 5 Sep – 2 Oct 2026 lies between +1.5 and +2.5 pts. Also beyond noise: CSAT and Tickets"
    )
    assert "4 numbers were compared, and that is allowed for" in caveat
    assert (
        headline.finding(result(row("csat", 80, -3, -5, -1)))[0].replace("\u00a0", " ")
        == "CSAT fell by 3.0 pts to 80.0 %: worse, and beyond noise."
    )


def test_that_nothing_changed_is_a_finding_too() -> None:
    bold, caveat = headline.finding(result(row("csat", 80, 3, -1, 7), row("nps", 30, 9, -1, 19)))
    assert bold == "Nothing changed beyond noise." and "2 numbers" in caveat and "5 Sep – 2 Oct 2026" in caveat
    bold, caveat = headline.finding(result(row("csat", 80)))
    assert bold.startswith("CSAT") and "too little in 5 Sep – 2 Oct 2026" in caveat


def test_one_of_twenty_looks_changed_by_chance() -> None:
    """A change that would be beyond noise alone (p about 0.04) is no headline among twenty numbers, and neither hidden."""
    names = [m.name for m in kpi.metrics().values() if m.unit == "%"][:19]
    quiet = [row(name, 50, 1, -2, 4) for name in names if name != "csat"]
    bold, caveat = headline.finding(result(row("csat", 80, 3, 0.1, 5.9), *quiet))
    assert bold == "Nothing stands out beyond noise."
    assert "Looked at alone, CSAT moved" in caveat and f"{len(quiet) + 1} numbers were compared" in caveat
    bold, caveat = headline.finding(result(row("csat", 80, 3, 1.5, 4.5), row("nps", 30, 9, 0.1, 17.9), *quiet))
    assert bold.startswith("CSAT rose") and "NPS would be, looked at alone." in caveat


def test_days_that_scatter_as_much_are_no_finding() -> None:
    now = result(row("csat", 80, 3, 2, 4), row("reopen_rate", 5, 2, 1.5, 2.5))
    assert headline.finding(now, doubted=["reopen_rate"])[0].startswith("CSAT rose")
    bold, caveat = headline.finding(now, doubted=["reopen_rate", "csat"])
    assert bold == "Nothing stands out beyond noise."
    assert caveat == "Counted row by row, Reopen rate and CSAT moved from 5 Sep – 2 Oct 2026, but whole days scatter as much by themselves."


def test_unfinished_periods_are_in_no_sparkline() -> None:
    now = result(row("csat", 80), row("csat", 81), row("csat", 82))
    now.frame["is_complete"] = [True, False, True]
    assert tiles.series(now) == {"csat": [80, 82]}


def test_what_is_too_few_for_a_number_is_in_no_sparkline() -> None:
    now = result(row("nps", 30), row("nps", 31), row("nps", 32))
    now.frame["n"] = [30, 29, 31]  # an NPS is told from 30 answers on
    assert tiles.series(now) == {"nps": [30, 32]}


def test_why_the_help_desk_may_show_other_numbers(app: Open, dirty_key: str) -> None:
    """One of the seven tickets is spam: an export counts it, we do not."""
    at = stands(app(dirty_key))
    before = told(at)["Tickets created"]
    assert not at.dataframe or "As most exports count" not in at.dataframe[0].value.columns, "nothing is measured before it is opened"
    at.session_state["other_numbers"] = True
    table = next(frame.value for frame in stands(at.run()).dataframe if "Here" in frame.value.columns).set_index("Number")
    assert table.loc["Tickets created", "Here"] == before and int(table.loc["Tickets created", "As most exports count"]) == int(before) + 1
    stands(at.button(key="count_like_that").click().run())
    assert told(at)["Tickets created"] == str(int(before) + 1)
    assert "counted as most exports do" in " ".join(caption.value for caption in at.caption)


def test_before_there_is_data_the_page_invites(app: Open) -> None:
    at = stands(app(None))
    text = " ".join(element.value for kind in (at.markdown, at.caption) for element in kind)
    assert f"{len(kpi.metrics())} support KPIs" in text
    for name in ("Zendesk", "Freshdesk", "Intercom", "ServiceNow"):
        assert name in text
    assert "Deskmeter’s own" not in text and at.button(key="open_sample")


def test_a_target_is_a_chip_of_its_own(app: Open, sample_key: str) -> None:
    """Whether a line is crossed is said in words beside, and never colours the change."""
    text = '[[target]]\nmetric = "csat"\nto = "99 %"\nstart = "2025-01-06"\ndeadline = "2027-12-31"\n'
    store.change(sample_key, "targets.toml", lambda now: text)
    try:
        at = stands(app(sample_key))
    finally:
        store.change(sample_key, "targets.toml", lambda now: "")
    chips = [element.value for element in at.markdown if "target:" in element.value]
    assert len(chips) == 1 and "flag" in chips[0], chips
