"""The targets kept with somebody's data, read once for each text and judged once for each dataset."""

from __future__ import annotations

from typing import Any

import streamlit as st

from kpi import Scope
from kpi.errors import KpiError
from kpi.targets import Judgement, Target, Targets, judge, read, to_toml
from pages.parts import target_kept
from pages.parts.mine import Mine

FILE = "targets.toml"


def kept(mine: Mine) -> Targets:
    """The targets of these data; KpiError where the kept file as a whole cannot be read."""
    text = target_kept.text(mine, FILE)
    return _read(text) if text else Targets()


def of(mine: Mine, target: Target, scope: Scope, looks: int = 1) -> Judgement:
    """A target held against the data, in the zone and by the working hours of the scope, as of its instant. Shared: never change one."""
    calendar = scope.calendar or mine.calendar
    asked = (mine.dataset.fingerprint, to_toml([target]), scope.zone, calendar.fingerprint if calendar else "", scope.as_of, looks)
    found: Judgement = _judged(*asked, _target=target, _calendar=calendar, _data=mine.dataset)
    return found


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
