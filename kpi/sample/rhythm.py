"""When tickets are created: weekday, hour, year, growth, holidays, the launch and day-to-day noise; and how loaded a day was.

The history is cut into hours. How many tickets fall into each hour is drawn once; the number of a ticket then says its
hour and, evenly spread with a jitter, its second. So tickets are numbered in order of creation and any one can be made alone.
"""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import numpy as np

from kpi.sample import company as c
from kpi.sample.clock import BEGIN_S, DAYS
from kpi.sample.draws import Draws, Floats, Ints

_HOURS = np.array([1, 1, 1, 1, 1, 1, 3, 7, 17, 24, 26, 25, 21, 21, 24, 24, 21, 17, 10, 7, 6, 5, 3, 2], dtype=float)
"""Tickets by local hour of the day."""
REGION_SHARES = (0.58, 0.42)


def _region_hours(region: int) -> Floats:
    """Expected share of the region's tickets in each hour (UTC) of the history, before noise and launch."""
    zone, out = ZoneInfo(c.REGIONS[region].zone), np.empty(DAYS * 24)
    for hour in range(DAYS * 24):
        local = (c.START + timedelta(hours=hour)).astimezone(zone)
        year_day = local.timetuple().tm_yday
        out[hour] = (
            _HOURS[local.hour]
            * c.WEEKDAY_FACTORS[local.weekday()]
            * (1 + c.YEAR_SWING * np.cos(2 * np.pi * (year_day - c.YEAR_PEAK_DAY) / 365.25))
            * np.exp(c.GROWTH * hour / (24 * 365.25))
            * (c.HOLIDAY_FACTOR if local.date().isoformat() in c.REGIONS[region].holidays else 1.0)
        )
    return np.asarray(out / out.sum(), dtype=np.float64)


def _noise(draws: Draws) -> Floats:
    """One factor a day: log-normal with an AR(1) memory."""
    shocks = draws.normal("day noise", np.arange(DAYS)) * np.sqrt(1 - c.DAY_NOISE_PHI**2)
    level, out = 0.0, np.empty(DAYS)
    for day in range(DAYS):
        level = c.DAY_NOISE_PHI * level + shocks[day]
        out[day] = np.exp(c.DAY_NOISE_SD * level)
    return out


class Rhythm:
    """Creation of tickets. `load` is one number a day: tickets of the last week against what was planned for."""

    def __init__(self, tickets: int, draws: Draws, effects: c.Effects) -> None:
        self.tickets, self.draws, self.effects = tickets, draws, effects
        by_region = np.array([share * _region_hours(r) for r, share in enumerate(REGION_SHARES)])
        self._americas = by_region[1] / by_region.sum(axis=0)
        launch = (effects.launch_day - c.START.date()).days
        self.launch_hours = (launch * 24, (launch + effects.launch_days) * 24)
        shares = np.array(list(c.PRODUCTS.values()))
        self._product = tuple(c.PRODUCTS).index(effects.launch_product)
        self._products, self._launched = shares.copy(), shares.copy()
        self._launched[self._product] *= effects.launch_factor
        planned = by_region.sum(axis=0)
        flooded = np.ones(DAYS * 24)
        flooded[slice(*self.launch_hours)] = self._launched.sum() / shares.sum()
        expected = planned * flooded * np.repeat(_noise(draws), 24)
        # The one draw that needs all hours at once: the counts must sum to the number of tickets asked for.
        counts = np.random.Generator(np.random.PCG64([draws.seed, 7])).multinomial(tickets, expected / expected.sum())
        self.first = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        self.load = self._load(planned.reshape(DAYS, 24).sum(axis=1), counts.reshape(DAYS, 24).sum(axis=1))

    def _load(self, planned: Floats, came: Ints) -> Floats:
        """The last seven days' tickets against the plan, drawn towards 1 where counts are too small to mean anything."""
        week = np.ones(7)
        recent, due = (np.convolve(v, week)[: len(planned)] for v in (came / max(1, self.tickets), planned))
        trust = due * self.tickets / (due * self.tickets + 50)
        return np.asarray(np.clip(1 + trust * (recent / due - 1), 0.6, 1.8), dtype=np.float64)

    def hour(self, rows: Ints) -> Ints:
        """The hour of the history a ticket was created in."""
        return np.searchsorted(self.first, rows, side="right").astype(np.int64) - 1

    def created(self, rows: Ints) -> Ints:
        """The second a ticket was created; ascending with its number."""
        hour = self.hour(rows)
        start = self.first[hour]
        place = (rows - start + self.draws.uniform("second", rows)) / (self.first[hour + 1] - start)
        return BEGIN_S + hour * 3600 + np.minimum(3599, (3600 * place).astype(np.int64))

    def region(self, rows: Ints) -> Ints:
        """Where a ticket came from, by the hour of the day on each side."""
        return self.draws.chance("region", rows, self._americas[self.hour(rows)]).astype(np.int64)

    def product(self, rows: Ints) -> Ints:
        hour = self.hour(rows)
        launched = (hour >= self.launch_hours[0]) & (hour < self.launch_hours[1])
        usual = self.draws.pick("product", rows, tuple(self._products))
        return np.where(launched, self.draws.pick("product", rows, tuple(self._launched)), usual)
