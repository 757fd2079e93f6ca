"""Placements worked by hand: what compares, what is refused and in which words, and where ours stands with its interval."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from kpi.benchmarks import Figure, Ours, Placement, channel_of, offered, place, published, would
from kpi.catalogue import find
from kpi.metric import Ask, read_params

TODAY = dt.date(2026, 11, 1)


def csat(value: float | None, low: float | None = None, high: float | None = None, **more: Any) -> Ours:
    return Ours(find("csat"), value, low, high, 500, **more)


def figure(value: float, publisher: str = "P", year: int | None = 2020, **more: Any) -> Figure:
    return Figure(
        **{
            "metric": "csat",
            "title": "T",
            "statistic": "share",
            "unit": "%",
            "definition": "good",
            "value": value,
            "publisher": publisher,
            "year": year,
            **more,
        }
    )


FOUR = [figure(80, "A"), figure(84, "B"), figure(86, "C"), figure(90, "D", 2012)]


def stands(mine: Ours, figures: list[Figure] = FOUR) -> str:
    return place(mine, figures, TODAY).standing


def test_above_below_inside_and_the_careful_words_between() -> None:
    assert stands(csat(95, 92, 97)) == "above" and stands(csat(70, 65, 75)) == "below" and stands(csat(85, 82, 88)) == "inside"
    assert stands(csat(91, 88, 94)) == "perhaps_above" and stands(csat(79, 76, 82)) == "perhaps_below"
    assert stands(csat(89, 86, 92)) == "perhaps_inside" and stands(csat(85)) == "unsure"
    assert stands(csat(None)) == "none" and stands(csat(85, 82, 88), []) == "none"
    assert stands(csat(91, 90.0, 93)) == "perhaps_above", "touching is not beyond"


def words(mine: Ours, figures: list[Figure] = FOUR) -> str:
    return place(mine, figures, TODAY).text.replace("\u00a0", " ")


def test_sentences() -> None:
    assert words(csat(95, 92, 97)) == (
        "CSAT is 95.0 % (92.0–97.0 %): above all of the 4 published figures that compare, 80.0–90.0 % (4 publishers, 2012–2020): better."
    )
    assert "below all of" in words(csat(70, 65, 75)) and words(csat(70, 65, 75)).endswith(": worse.")
    assert words(csat(91, 88, 94)).endswith("but its interval reaches down to them: not clearly above.")
    assert words(csat(89, 86, 92)).endswith("though its interval reaches beyond.")
    assert "cannot be placed for sure" in words(csat(85))
    assert words(csat(90, 89, 91), [figure(85)]).endswith("above the one published figure that compares, 85.0 % (P, 2020): better.")
    assert "not to be told apart from" in words(csat(85, 80, 90), [figure(85)])
    lower = Ours(find("reopen_rate"), 9.0, 8.0, 10.0)
    assert words(lower, [figure(3.1, metric="reopen_rate", definition="reopened")]).endswith("(P, 2020): worse.")
    neither = Ours(find("occupancy"), 90.0, 88.0, 92.0)
    assert words(neither, [figure(70, metric="occupancy", definition="handling")]).endswith("(P, 2020).")


def test_no_published_figure_is_said_plainly() -> None:
    for name in ("backlog", "sla_attainment", "net_flow"):
        mine = Ours(find(name), 12.0)
        assert place(mine, published(), TODAY).text.endswith(f"No published figure with a source was found for {mine.metric.label}.")
    effort = place(Ours(find("ces"), 5.5, 5.4, 5.6), published(), TODAY)
    assert not effort.comparable and "where ours is a mean score" in effort.refused[0].reason


def test_quartiles_only_with_four_publishers_by_hand() -> None:
    """Type 7 of 80, 84, 86, 90: at 0.75 of the way from 80 to 84, and a quarter from 86 to 90."""
    assert place(csat(85), FOUR, TODAY).quartiles == (83.0, 87.0) and place(csat(85), FOUR, TODAY).middle == 85.0
    assert place(csat(85), FOUR[:3], TODAY).quartiles is None
    same_publisher = [figure(v, "A", y) for v, y in ((80, 2010), (82, 2011), (84, 2012), (90, 2013))]
    placed = place(csat(85), same_publisher, TODAY)
    assert placed.quartiles is None and placed.by_publisher == {"A": 90.0} and placed.limits == (80.0, 90.0)
    assert "All are by one publisher" in placed.caveat and "The newest is 13 years old." in placed.caveat


def test_a_publisher_counts_once_with_its_newest_and_the_middle_of_its_sectors() -> None:
    rows = [
        figure(70, "A", 2012, sector="x"),
        figure(74, "A", 2014, sector="x"),
        figure(76, "A", 2014, sector="x"),
        figure(90, "A", 2012, sector="y"),
    ]
    assert place(csat(85), rows, TODAY).by_publisher == {"A": 82.5}  # x: 75 in 2014; y: 90


def test_undated_figures_are_shown_and_decide_nothing() -> None:
    placed = place(csat(85, 84, 86), [figure(60, year=None), figure(80)], TODAY)
    assert len(placed.comparable) == 2 and placed.limits == (80, 80) and placed.standing == "above"
    assert "Undated figures are shown and decide nothing." in placed.caveat
    only = place(csat(85, 84, 86), [figure(60, year=None)], TODAY)
    assert only.standing == "none" and "only undated ones" in only.text


def refused(mine: Ours, **more: Any) -> str:
    placed = place(mine, [figure(**{"value": 80, **more})], TODAY)
    assert len(placed.refused) == 1 and not placed.comparable
    return placed.refused[0].reason


def test_refusals_name_the_reason() -> None:
    mine = csat(85, 84, 86)
    assert refused(mine, definition="top_box").startswith("definition differs: top box only")
    assert "3, 4 and 5 of 5" in refused(mine, definition="three_to_five")
    assert "index of how satisfied people are with a whole brand" in refused(mine, metric="csat_index", definition="acsi")
    assert refused(mine, kind="target") == "a target, not what others reach"
    assert refused(mine, kind="single") == "one organisation, not a field"
    assert refused(mine, channel="phone") == "about another channel, where ours is all channels"
    assert refused(mine, industry="retail").startswith("about one industry")
    assert refused(csat(85, industry="retail")) == "not about retail, which was asked for"


def test_statistics_and_clocks_must_be_the_same() -> None:
    row = {"metric": "first_reply_time", "definition": "reply", "unit": "s", "value": 7200}
    mine = Ours(find("first_reply_time"), 3600.0, 3000.0, 4000.0, statistic="median")
    assert refused(mine, **row, statistic="mean") == "statistic differs: a mean, where ours is the median"
    assert refused(mine, **row, statistic="").startswith("does not say whether it is a mean or a median")
    assert place(mine, [figure(**row, statistic="median")], TODAY).standing == "below"
    business = Ours(find("first_reply_time"), 3600.0, statistic="median", ask=Ask("business"))
    assert "counts all hours, where ours counts working hours" in refused(business, **row, statistic="median")


def test_money_is_not_converted() -> None:
    row = {"metric": "cost_per_ticket", "definition": "per_ticket", "unit": "USD"}
    assert refused(Ours(find("cost_per_ticket"), 8.0, currency="EUR"), **row) == "in USD, and money is not converted"
    assert "not known" in refused(Ours(find("cost_per_ticket"), 8.0), **row)
    assert place(Ours(find("cost_per_ticket"), 8.0, 7, 9, currency="USD"), [figure(80, **row)], TODAY).comparable
    assert "a ticket may take several" in refused(
        Ours(find("cost_per_ticket"), 8.0, currency="USD"), metric="cost_per_contact", definition="per_contact", unit="USD"
    )


def test_variants_thresholds_and_lengths_of_period_must_be_the_same() -> None:
    def asked(**params: str) -> Ask:
        return Ask(params=read_params(params))

    fcr = {"metric": "first_contact_resolution", "definition": "survey"}
    assert "ours is “exactly one agent reply and not reopened" in refused(Ours(find("first_contact_resolution"), 64.0), **fcr)
    asks = Ours(find("first_contact_resolution"), 64.0, 63, 65, ask=asked(first_contact_resolution="F"))
    assert place(asks, [figure(70, **fcr)], TODAY).standing == "below"
    level = {"metric": "service_level", "definition": "within_37s"}
    assert "answered within 37 s, where ours is within 20 s" in refused(Ours(find("service_level"), 64.0), **level)
    assert place(Ours(find("service_level"), 64.0, ask=asked(service_level="37s")), [figure(80, **level)], TODAY).comparable
    year = {"metric": "retention_rate", "definition": "per_year"}
    assert "is for a year, where ours is for 28 days" in refused(Ours(find("retention_rate"), 98.0, days=28), **year)
    assert place(Ours(find("retention_rate"), 80.0, days=365), [figure(74, **year)], TODAY).comparable


def test_what_another_choice_would_allow() -> None:
    times = Ours(find("full_resolution_time"), 7200.0, statistic="median", industry="real estate")
    assert place(times, published(), TODAY).standing == "unsure"
    ways = would(Ours(find("first_contact_resolution"), 64.0, channel="phone"), published())
    assert any("closed once" in way and count == 3 for way, count in ways.items())
    offers = offered(csat(85), published(), "channel")
    assert next(iter(offers)) == "all" and offers["all"] == 4 and offers["phone"] == 1


def test_nothing_published_stands_beside_csat_but_good_ratings() -> None:
    """Over every channel and industry there is, with every figure: only the good-rating definition ever compares."""
    for industry in {f.industry for f in published()}:
        for channel in {f.channel for f in published()}:
            placed: Placement = place(csat(85, channel=channel, industry=industry), published(), TODAY)
            assert {c.figure.definition for c in placed.comparable} <= {"good"}
            assert all(reason.reason for reason in placed.refused)
            assert len(placed.comparable) + len(placed.refused) == sum(f.metric in ("csat", "csat_index") for f in published())


@pytest.mark.parametrize(
    ("value", "kind"), [("Voice", "phone"), ("E-Mail", "email"), ("live_chat", "chat"), ("Web form", "web form"), ("pigeon", ""), ("", "")]
)
def test_channels_as_exports_call_them(value: str, kind: str) -> None:
    assert channel_of(value) == kind
