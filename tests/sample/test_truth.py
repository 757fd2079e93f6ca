"""The planted truth is in the data, at its stated size; with nothing planted there is nothing to find.

Each test estimates an effect from the written tables alone, with textbook formulas, and asks that it lie within four standard
errors of what `truth.json` states. The same estimators then run over the company without effects and must come out at zero.
"""

from __future__ import annotations

import json
from dataclasses import fields

import numpy as np
import pandas as pd
import pytest

from kpi.sample import company as c

from .conftest import Company

pytestmark = pytest.mark.slow
Z = 4.0


def ratings(company: Company) -> pd.DataFrame:
    """Answered ratings with what the tickets say: first contact, hours to first reply, channel, final team."""
    rated = company.surveys.query("kind == 'csat' and score.notna()")
    tickets = company.tickets.loc[rated.ticket_id]
    return pd.DataFrame(
        {
            "good": (rated.score >= 4).to_numpy(),
            "fcr": ((tickets.agent_replies == 1) & (tickets.reopens == 0)).to_numpy(),
            "hours": ((tickets.first_reply_at - tickets.created_at).dt.total_seconds() / 3600).to_numpy(),
            "channel": tickets.channel.to_numpy(),
            "team": tickets.team.to_numpy(),
            "agent": tickets.agent.to_numpy(),
        }
    )


def gap(rows: pd.DataFrame, treated: pd.Series, strata: list[str], happy_to_unhappy: float = 1.0) -> tuple[float, float]:
    """Treated less untreated share of good ratings in points, within strata, and its standard error.

    With `happy_to_unhappy` each share is first put back to what it was before the unhappy answered less:
    p = a / (a + r(1 − a)), whose derivative r / (a + r(1 − a))² carries the error (delta method).
    """
    counts = rows.assign(treated=treated).groupby([*strata, "treated"] if strata else ["treated"]).good.agg(["sum", "size"])
    wide = counts.unstack("treated") if strata else counts.unstack("treated").to_frame().T
    wide = wide[(wide["size"] >= 20).all(axis=1)]
    answered = (wide["sum"] + 0.5) / (wide["size"] + 1)
    middle = answered + happy_to_unhappy * (1 - answered)
    share, slope = answered / middle, happy_to_unhappy / middle**2
    variance = (answered * (1 - answered) / wide["size"] * slope**2).sum(axis=1)
    weight = 1 / variance
    difference = share[True] - share[False]
    return 100 * float((weight * difference).sum() / weight.sum()), 100 * float(weight.sum() ** -0.5)


def close(found: tuple[float, float], stated: float, slack: float = 0.0) -> None:
    value, error = found
    assert abs(value - stated) <= Z * error + slack, (value, error, stated)


def found(estimate: tuple[float, float]) -> None:
    assert abs(estimate[0]) > Z * estimate[1], estimate


def paced(company: Company) -> pd.DataFrame:
    """Ratings away from the slope between flat and full loss, told apart by side."""
    slow = company.truth.effect("first_reply_on_csat").details
    rows = ratings(company)
    rows = rows[(rows.hours <= slow["flat_until_hours"]) | (rows.hours >= slow["full_from_hours"])]
    return rows.assign(slow=rows.hours >= slow["full_from_hours"])


def ratio_of(company: Company) -> float:
    return float(company.truth.effect("non_response").details["happy_to_unhappy"])


# --- CSAT -------------------------------------------------------------------------------------------------------------------


def test_points_never_leave_nought_to_a_hundred() -> None:
    """The sum of effects is a probability whatever the ticket, so no effect is ever clipped."""
    for e in (c.PLANTED, c.NOTHING):
        channels = [x.points * e.channel_points for x in c.CHANNELS]
        assert e.base_points + max(channels) + e.trap_points + e.agent_points + e.fcr_points < 100
        assert e.base_points + min(channels) - e.agent_points - e.slow_points > 0


def test_first_contact_moves_csat(planted: Company, nothing: Company) -> None:
    strata = ["channel", "team", "slow"]
    effect, rows = planted.truth.effect("first_contact_on_csat"), paced(planted)
    assert effect.amount == 12.0
    causal = gap(rows, rows.fcr, strata, ratio_of(planted))
    close(causal, effect.amount)
    found(causal)
    # Inverse-variance weights lean on the cells with the highest CSAT; the stated figure weighs tickets alike.
    close(gap(rows, rows.fcr, strata), effect.details["among_answers_points"], slack=0.7)
    rows = paced(nothing)
    close(gap(rows, rows.fcr, strata), 0.0)


def test_first_reply_matters_only_beyond_the_threshold(planted: Company, nothing: Company) -> None:
    strata = ["channel", "team", "fcr"]
    rows = paced(planted)
    loss = gap(rows, rows.slow, strata, ratio_of(planted))
    close(loss, planted.truth.effect("first_reply_on_csat").amount)
    found(loss)
    flat = rows[(rows.hours <= 8) & (rows.hours > 0.25)]
    close(gap(flat, flat.hours > 2, strata, ratio_of(planted)), 0.0)
    late = rows[rows.hours >= 16]
    close(gap(late, late.hours > 20, strata, ratio_of(planted)), 0.0)
    middle = ratings(planted).query("hours <= 8 or (hours > 11 and hours < 13)")
    close(gap(middle, middle.hours > 8, strata, ratio_of(planted)), -4.5, slack=0.3)
    rows = paced(nothing)
    close(gap(rows, rows.slow, strata), 0.0)


def test_the_trap_flips_its_sign(planted: Company, nothing: Company) -> None:
    """Billing against Front line: worse pooled, better within channels — and neither with nothing planted."""
    effect = planted.truth.effect("simpson_trap")
    for company, amount in ((planted, effect.amount), (nothing, 0.0)):
        rows = ratings(company)
        rows = rows[rows.team.isin([effect.details["team"], effect.details["rival"]])]
        better = rows.team == effect.details["team"]
        pooled, within = gap(rows, better, []), gap(rows, better, ["channel"])
        stated = company.truth.effect("simpson_trap").details
        close(pooled, stated["expected_pooled_points"])
        for channel, part in rows.groupby("channel"):
            close(gap(part, part.team == effect.details["team"], []), stated["expected_within_points"][channel])
        if amount:
            assert pooled[0] < -3 * pooled[1] and within[0] > 3 * within[1]
            assert stated["expected_pooled_points"] < -1 and min(stated["expected_within_points"].values()) > 1
            assert (stated["sign_pooled"], stated["sign_within"]) == (-1, 1)
        else:
            close(pooled, 0.0)
            close(within, 0.0)
            assert (stated["sign_pooled"], stated["sign_within"]) == (0, 0)
            assert {stated["expected_pooled_points"], *stated["expected_within_points"].values()} == {0.0}


def test_expected_ratings(planted: Company, nothing: Company) -> None:
    """What the chances add up to is what was drawn: rating and answering, overall and by part."""
    for company in (planted, nothing):
        rows, expected = ratings(company), company.truth.expected
        parts = [("csat", rows.assign(all=1), "all", {1: expected["csat"]})]
        parts += [(name, rows, name.removeprefix("csat_by_"), expected[name]) for name in ("csat_by_channel", "csat_by_team")]
        parts += [("fcr", rows.assign(yes=rows.fcr.map({True: "yes", False: "no"})), "yes", expected["csat_by_first_contact"])]
        for name, frame, column, stated in parts:
            for key, part in frame.groupby(column):
                share = part.good.mean()
                close((100 * share, 100 * np.sqrt(share * (1 - share) / len(part))), stated[key]["answers"])
            assert name
        asked = company.surveys.query("kind == 'csat'")
        rate = asked.score.notna().mean()
        # Answers still to come when the history ends are missing: less than a tenth of a point.
        close((100 * rate, 100 * np.sqrt(rate * (1 - rate) / len(asked))), expected["response_rate"], slack=0.1)


def test_the_happy_answer_oftener(planted: Company, nothing: Company) -> None:
    effect, expected = planted.truth.effect("non_response"), planted.truth.expected["csat"]
    assert effect.amount == pytest.approx(expected["answers"] - expected["asked"], abs=1e-3) and effect.amount > 3
    assert nothing.truth.expected["csat"]["answers"] == nothing.truth.expected["csat"]["asked"]
    for company in (planted, nothing):
        asked = company.surveys.query("kind == 'csat'")
        by_channel = asked.score.notna().groupby(asked.channel).mean()
        stated = pd.Series(company.truth.facts["response_rate_by_channel"])
        assert (by_channel - stated).abs().max() < 0.02


def test_first_contact_makes_it_easier(planted: Company, nothing: Company) -> None:
    for company in (planted, nothing):
        ease = company.surveys.query("kind == 'ces' and score.notna()")
        tickets = company.tickets.loc[ease.ticket_id]
        fcr = ((tickets.agent_replies == 1) & (tickets.reopens == 0)).to_numpy()
        yes, no = ease.score[fcr], ease.score[~fcr]
        error = float(np.sqrt(yes.var() / len(yes) + no.var() / len(no)))
        close((float(yes.mean() - no.mean()), error), company.truth.effect("first_contact_on_ces").amount)


# --- Work -------------------------------------------------------------------------------------------------------------------


def handled(company: Company) -> pd.DataFrame:
    rows = company.tickets[company.tickets.handle_seconds.notna()]
    date = pd.Timestamp(company.truth.effect("macro").details["date"], tz="UTC")
    return rows.assign(log=np.log(rows.handle_seconds), after=rows.work_started_at >= date)


def log_ratio(rows: pd.DataFrame) -> tuple[float, float]:
    """After less before in mean log handle time, for the same agent, channel and number of replies."""
    cells = rows.groupby(["agent", "channel", "agent_replies", "after"]).log.agg(["mean", "size"]).unstack("after").dropna()
    weight = (1 / cells["size"]).sum(axis=1) ** -1
    inside = rows.log - rows.groupby(["agent", "channel", "agent_replies", "after"]).log.transform("mean")
    difference = cells["mean"][True] - cells["mean"][False]
    return float((weight * difference).sum() / weight.sum()), float(inside.std() * weight.sum() ** -0.5)


def test_the_macro_saves_handle_time(planted: Company, nothing: Company) -> None:
    for company, ratio in ((planted, 0.8), (nothing, 1.0)):
        effect, rows = company.truth.effect("macro"), handled(company)
        assert effect.details["ratio"] == ratio and effect.amount == pytest.approx(100 * (ratio - 1))
        team = rows.team == effect.details["team"]
        close(log_ratio(rows[team]), float(np.log(ratio)))
        close(log_ratio(rows[~team]), 0.0)


def test_agents_differ_as_stated(planted: Company, nothing: Company) -> None:
    """Regressed on the stated log factors, agents' mean log handle time has slope one; with nothing planted they do not differ."""
    truth = pd.DataFrame(planted.truth.agents).set_index("agent")
    rows = handled(planted).query("~after")
    residual = rows.log - rows.groupby(["team", "channel", "agent_replies"]).log.transform("mean")
    stated = np.log(rows.agent.map(truth.handle_factor))
    stated -= stated.groupby([rows.team, rows.channel, rows.agent_replies]).transform("mean")
    slope = float((stated * residual).sum() / (stated**2).sum())
    close((slope, float(residual.std() / np.sqrt((stated**2).sum()))), 1.0)
    assert truth.csat_points.abs().max() == pytest.approx(planted.truth.effect("agents_on_csat").amount)
    level = pd.DataFrame(nothing.truth.agents)
    assert (level[["handle_factor", "reply_factor"]] == 1).all(axis=None)
    assert (level[["csat_points", "first_contact_points"]] == 0).all(axis=None)


def test_agents_effects_on_csat(planted: Company) -> None:
    """Within team, channel, first contact and pace, ratings follow the stated points of the agent with slope one."""
    truth = pd.DataFrame(planted.truth.agents).set_index("agent")
    rows = paced(planted)
    cell = [rows.team, rows.channel, rows.fcr, rows.slow]
    # Put back the unanswered unhappy: a bad answer stands for `happy_to_unhappy` of them.
    weight = pd.Series(np.where(rows.good, 1.0, ratio_of(planted)), index=rows.index)
    points = rows.agent.map(truth.csat_points) / 100

    def centred(values: pd.Series) -> pd.Series:
        return values - (values * weight).groupby(cell).transform("sum") / weight.groupby(cell).transform("sum")

    x, y = centred(points), centred(rows.good.astype(float))
    slope = float((weight * x * y).sum() / (weight * x**2).sum())
    error = float(np.sqrt((weight**2 * x**2 * y**2).sum()) / (weight * x**2).sum())
    close((slope, error), 1.0)
    found((slope, error))


def test_cost_follows_handle_time(planted: Company, nothing: Company) -> None:
    """Slope of log labour cost per handled ticket on log handle time, month by month within teams."""
    for company, elasticity in ((planted, 1.0), (nothing, 0.0)):
        costs = company.table("costs").query("category in ('salaries', 'benefits')")
        labour = costs.groupby(["team", "period_start"]).amount.sum()
        tickets = company.tickets[company.tickets.handle_seconds.notna()]
        month = (
            tickets.created_at.dt.tz_localize(None)
            .dt.to_period("M")
            .dt.to_timestamp()
            .dt.tz_localize("UTC")
            .astype(labour.index.dtypes.iloc[1])
        )
        work = tickets.handle_seconds.groupby([tickets.team, month.rename("period_start")]).agg(["sum", "size"])
        joined = pd.concat([labour, work], axis=1).dropna()
        y, x = np.log(joined.amount / joined["size"]), np.log(joined["sum"] / joined["size"])
        y, x = (v - v.groupby("team").transform("mean") for v in (y, x))
        slope, spread = float((x * y).sum() / (x**2).sum()), y - x * (x * y).sum() / (x**2).sum()
        # Month of creation and month of work differ a little: a tenth either way.
        close((slope, float(np.sqrt((spread**2).mean() / (x**2).sum()))), elasticity, slack=0.1)
        assert company.truth.effect("handle_time_on_cost").amount == elasticity


# --- Volume -----------------------------------------------------------------------------------------------------------------


def test_the_launch_floods_one_product(planted: Company, nothing: Company) -> None:
    """Log odds of the product in the window against outside: the factor, with its error from the four counts."""
    for company, factor in ((planted, 4.0), (nothing, 1.0)):
        details = company.truth.effect("launch").details
        start = pd.Timestamp(details["date"], tz="UTC")
        tickets = company.tickets
        inside = tickets.created_at.between(start, start + pd.Timedelta(days=details["days"]), inclusive="left")
        product = tickets.product_area == details["product_area"]
        counts = pd.crosstab(product, inside).to_numpy()
        odds = float(np.log(counts[1, 1] / counts[0, 1] * counts[0, 0] / counts[1, 0]))
        close((odds, float(np.sqrt((1 / counts).sum()))), float(np.log(factor)))
        assert company.truth.effect("launch").amount == factor - 1 and details["factor"] == factor
        # The other products are not touched: their volume against the same weeks a year before is growth and noise.
        before = tickets.created_at.between(
            start - pd.Timedelta(days=364), start - pd.Timedelta(days=364 - details["days"]), inclusive="left"
        )
        assert 0.9 < (inside & ~product).sum() / (before & ~product).sum() < 1.35


def test_weekdays_follow_their_factors(planted: Company) -> None:
    """Mean volume of ordinary local days by weekday; day-to-day noise leaves a few per cent."""
    tickets = planted.tickets
    europe = tickets[tickets.country.isin([name for name, *_ in c.REGIONS[0].countries])]
    local = europe.created_at.dt.tz_convert(c.REGIONS[0].zone)
    by_day = local.dt.strftime("%Y-%m-%d").value_counts().drop(list(c.REGIONS[0].holidays), errors="ignore")
    launch = planted.truth.effect("launch").details
    window = pd.date_range(launch["date"], periods=launch["days"]).strftime("%Y-%m-%d")
    by_day = by_day.drop(window, errors="ignore")
    mean = by_day.groupby(pd.to_datetime(by_day.index).day_of_week).mean()
    stated = pd.Series(planted.truth.facts["weekday_factors"]).to_numpy()
    assert np.abs(mean / mean.mean() / stated - 1).max() < 0.06


def test_reopening_follows_its_chance(planted: Company, nothing: Company) -> None:
    for company in (planted, nothing):
        mature = company.tickets[company.tickets.first_solved_at < pd.Timestamp("2026-10-20", tz="UTC")]
        by_people = mature[mature.agent_replies > 0]
        share = float((by_people.reopens > 0).mean())
        close((share, float(np.sqrt(share * (1 - share) / len(by_people)))), company.truth.facts["reopen"])


# --- Nothing ----------------------------------------------------------------------------------------------------------------


def test_with_nothing_planted_every_amount_is_nought(planted: Company, nothing: Company) -> None:
    assert nothing.truth.is_null and not planted.truth.is_null
    assert {effect.name: effect.amount for effect in nothing.truth.effects if effect.amount != 0} == {}
    assert [effect.name for effect in planted.truth.effects if effect.amount == 0] == []
    assert [e.name for e in planted.truth.effects] == [e.name for e in nothing.truth.effects]
    on_disk = json.loads((nothing.folder / "truth.json").read_text(encoding="utf-8"))
    assert {effect["amount"] for effect in on_disk["effects"].values()} == {0}
    assert nothing.truth.effect("launch").details["factor"] == 1 and nothing.truth.effect("macro").details["ratio"] == 1
    sizes = {f.name for f in fields(c.Effects)} - {"base_points", "launch_product", "launch_day", "launch_days", "macro_team", "macro_day"}
    sizes -= {"slow_from_hours", "slow_full_hours", "trap_team", "trap_rival"}
    same = [name for name in sizes if getattr(c.PLANTED, name) == getattr(c.NOTHING, name)]
    assert same == [], "an effect that `NOTHING` still plants"
