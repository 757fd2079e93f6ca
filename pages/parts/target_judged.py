"""The targets kept with somebody's data, read once for each text and judged once for each dataset."""

from __future__ import annotations

import datetime as dt
from typing import Any

import streamlit as st

from kpi import Scope
from kpi.errors import BadValue, KpiError
from kpi.targets import Judgement, Target, Targets, judge, read, to_toml
from kpi.targets.weeks import SIX_DAYS, last_week
from pages.parts import texts
from pages.parts.mine import Mine

FILE = "targets.toml"


def kept(mine: Mine) -> Targets:
    """The targets of these data; KpiError where the kept file as a whole cannot be read."""
    text = texts.text(mine, FILE)
    return _read(text) if text else Targets()


def of(mine: Mine, target: Target, scope: Scope, looks: int = 1) -> Judgement:
    """A target held against the data, in the zone and by the working hours of the scope, as of its instant. Shared: never change one."""
    calendar = scope.calendar or mine.calendar
    asked = (mine.dataset.fingerprint, to_toml([target]), scope.zone, calendar.fingerprint if calendar else "", scope.as_of, looks)
    found: Judgement = _judged(*asked, _target=target, _calendar=calendar, _data=mine.dataset)
    return found


def every(mine: Mine, targets: Targets, scope: Scope) -> list[Judgement]:
    """All of them, those behind or missed first, then those that cannot be told yet, then the rest."""
    told = [of(mine, target, scope, len(targets.targets)) for target in targets.targets]
    return sorted(told, key=lambda one: (not one.is_missed, not one.worsened, one.status in ("on track", "reached"), one.target.due))


def newest(mine: Mine, scope: Scope) -> dt.date:
    """The Sunday of the newest week that is over."""
    asked = scope.but(calendar=scope.calendar or mine.calendar)
    found: dt.date = _newest(mine.dataset.fingerprint, scope.zone, scope.as_of, _scope=asked, _data=mine.dataset)
    return found


@st.cache_resource(max_entries=100, show_spinner=False)
def _newest(fingerprint: str, zone: str, as_of: Any, _scope: Scope, _data: Any) -> dt.date:
    return last_week(_scope, _data) + SIX_DAYS


def keep(mine: Mine, target: Target, instead_of: str = "") -> None:
    """Keep a target, in place of the one of that key. BadValue when another has its name."""

    def how(text: str) -> str:
        now = read(text) if text else Targets()
        others = [one for one in now.targets if one.key != instead_of]
        if target.key in {one.key for one in others}:
            raise BadValue("name: another target has it already.", "Give each its own name.")
        places = [target if one.key == instead_of else one for one in now.targets]
        return to_toml(places if instead_of in {one.key for one in now.targets} else [*now.targets, target], now.problems)

    texts.change(mine, FILE, how)


def drop(mine: Mine, key: str) -> None:
    """Forget the target of that key."""

    def how(text: str) -> str:
        now = read(text) if text else Targets()
        return to_toml([one for one in now.targets if one.key != key], now.problems)

    texts.change(mine, FILE, how)


def fitting(mine: Mine, metric: str, scope: Scope) -> Target | None:
    """The first target that counts what the scope counts; None where there is none, or the kept file cannot be read."""
    try:
        return next((target for target in kept(mine).targets if target.fits(metric, scope)), None)
    except KpiError:
        return None


@st.cache_resource(max_entries=100, show_spinner=False)
def _read(text: str) -> Targets:
    return read(text)


@st.cache_resource(max_entries=300, show_spinner=False)
def _judged(
    fingerprint: str, said: str, zone: str, calendar: str, as_of: Any, looks: int, _target: Target, _calendar: Any, _data: Any
) -> Judgement:
    return judge(_target, _data, zone=zone, calendar=_calendar, as_of=as_of, looks=looks)
