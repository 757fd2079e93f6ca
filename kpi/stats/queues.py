"""How long do callers wait with so many agents? Erlang B, C and A for phone and chat; simulated backlogs for tickets.

Erlang C: nobody hangs up (A. K. Erlang 1917). Erlang A: patience is exponential (Palm 1946; exact birth-death solution,
waiting-time density of Baccelli and Hebuterne 1981); use it when more than about 3 % abandon. All times in seconds.
Work by half-hour and never average the day. Email and tickets are not queues of this kind: use `backlog_paths`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kpi.errors import BadValue
from kpi.stats.base import Array, Numbers, check_share, floats, scipy_part

NAN = float("nan")
MOST_AGENTS = 100_000
NEGLIGIBLE = 1e-16


@dataclass(frozen=True)
class Queue:
    """What to expect. `load` in agents; `occupancy`, `p_wait`, `service_level` (answered in time, of all offered) and
    `p_abandon` in 0..1; `mean_wait` of all callers and `wait_90` (nine in ten leave the queue by then) in seconds;
    `queue_length` in callers.

    `is_stable` is False when Erlang C has too few agents: the queue grows without end, and all but `load` is NaN.
    """

    load: float
    agents: int
    is_stable: bool
    occupancy: float = NAN
    p_wait: float = NAN
    service_level: float = NAN
    mean_wait: float = NAN
    wait_90: float = NAN
    queue_length: float = NAN
    p_abandon: float = NAN


def erlang_b(load: float, servers: int) -> float:
    """Share of calls blocked when there is no queue, 0..1; `load` = arrivals per second x seconds each."""
    _check_rates(load=load)
    blocked = 1.0
    for busy in range(1, _agents(servers) + 1):
        blocked = load * blocked / (busy + load * blocked)
    return blocked


def erlang_c(arrivals_per_hour: float, handle_seconds: float, agents: int, within: float = 20.0) -> Queue:
    """Waiting with endless patience; `within` is the service-level threshold in seconds.

    With no more agents than load it refuses: not stable, nothing else said.
    """
    _check_rates(arrivals_per_hour=arrivals_per_hour, handle_seconds=handle_seconds)
    load = arrivals_per_hour / 3600 * handle_seconds
    if _agents(agents) <= load:
        return Queue(load, agents, is_stable=False)
    blocked = erlang_b(load, agents)
    p_wait = blocked / (1 - load / agents * (1 - blocked))
    leaving = (agents - load) / handle_seconds  # waits of those who wait are exponential with this rate
    return Queue(
        load=load,
        agents=agents,
        is_stable=True,
        occupancy=load / agents,
        p_wait=p_wait,
        service_level=1 - p_wait * float(np.exp(-leaving * within)),
        mean_wait=p_wait / leaving,
        wait_90=max(0.0, float(np.log(p_wait / 0.1) / leaving)),
        queue_length=p_wait * load / (agents - load),
        p_abandon=0.0,
    )


def erlang_a(arrivals_per_hour: float, handle_seconds: float, agents: int, patience: float, within: float = 20.0) -> Queue:
    """Waiting when callers hang up after `patience` seconds on average. Always stable: the impatient leave.

    `service_level` counts callers answered in time, of all offered; `mean_wait` is over all callers, served or not.
    """
    _check_rates(arrivals_per_hour=arrivals_per_hour, handle_seconds=handle_seconds, patience=patience)
    arrivals, serving, leaving = arrivals_per_hour / 3600, _agents(agents) / handle_seconds, 1 / patience
    # log chance of each state, relative to "all agents busy, nobody waits": fewer busy (agents, ..., 0), more waiting (1, 2, ...)
    busy = np.concatenate([[0.0], np.cumsum(np.log(np.arange(agents, 0, -1) / (arrivals * handle_seconds)))])
    waiting = _waiting_states(arrivals, serving, leaving)
    largest = max(busy.max(), waiting.max())
    log_total = largest + float(np.log(np.exp(busy - largest).sum() + np.exp(waiting - largest).sum()))
    chances = np.exp(waiting - log_total)
    queue_length = float((np.arange(1, len(chances) + 1) * chances).sum())
    p_abandon = min(1.0, queue_length * leaving / arrivals)
    p_wait = min(1.0, float(np.exp(-log_total) + chances.sum()))
    log_one_free = busy[1] - log_total

    def offered_wait(seconds: float) -> float:
        """Density of the wait a caller with endless patience would have, above 0."""
        crowd = arrivals * -np.expm1(-leaving * seconds) / leaving - serving * seconds
        return float(arrivals * np.exp(log_one_free + crowd))

    integral = scipy_part("integrate").quad

    def still_waiting(seconds: float) -> float:
        return float((p_wait - integral(offered_wait, 0, seconds)[0]) * np.exp(-leaving * seconds))

    answered_late = integral(lambda wait: offered_wait(wait) * np.exp(-leaving * wait), 0, within)[0]
    longest = 1 / serving
    while still_waiting(longest) > 0.1:  # doubled, not guessed: the integral goes blind on a range far wider than the waits
        longest *= 2
    wait_90 = 0.0 if p_wait <= 0.1 else scipy_part("optimize").brentq(lambda wait: still_waiting(wait) - 0.1, 0, longest)
    return Queue(
        load=arrivals * handle_seconds,
        agents=agents,
        is_stable=True,
        occupancy=arrivals * (1 - p_abandon) / serving,
        p_wait=p_wait,
        service_level=float(1 - p_wait + answered_late),
        mean_wait=queue_length / arrivals,
        wait_90=float(wait_90),
        queue_length=queue_length,
        p_abandon=p_abandon,
    )


def agents_needed(
    arrivals_per_hour: float,
    handle_seconds: float,
    service_level: float = 0.8,
    within: float = 20.0,
    patience: float | None = None,
    shrinkage: float = 0.0,
) -> int:
    """The fewest agents that answer the share `service_level` within `within` seconds; Erlang A when `patience` is given.

    `shrinkage` (0..1) is the share of paid time spent on breaks, training and absence; it is added on top.
    """
    check_share("service level", service_level, "Write 0.8 for 80 %.")
    if not 0 <= shrinkage < 1:
        raise BadValue(f"Shrinkage must be at least 0 and below 1, not {shrinkage}.", "Write 0.3 for 30 %.")

    def reached(agents: int) -> bool:
        queue = (
            erlang_c(arrivals_per_hour, handle_seconds, agents, within)
            if patience is None
            else erlang_a(arrivals_per_hour, handle_seconds, agents, patience, within)
        )
        return queue.is_stable and queue.service_level >= service_level

    enough = 1
    while not reached(enough):
        enough *= 2
    too_few = enough // 2
    while enough - too_few > 1:
        middle = (enough + too_few) // 2
        enough, too_few = (middle, too_few) if reached(middle) else (enough, middle)
    return int(np.ceil(round(enough / (1 - shrinkage), 9)))


def backlog_paths(
    start: float,
    arrivals: Numbers,
    capacity: Numbers,
    *,
    arrivals_spread: float = 1.0,
    capacity_spread: float = 0.0,
    draws: int = 1000,
    seed: int = 0,
) -> Array:
    """Simulated backlogs (draws x days + 1, the first column `start`) under mean `arrivals` and `capacity` of each day.

    A spread is variance / mean: 1 Poisson, above 1 more uneven (negative binomial), 0 none. Never below 0. The age of
    the queue is about backlog / tickets solved a day (Little).
    """
    coming, leaving = floats(arrivals).ravel(), floats(capacity).ravel()
    coming, leaving = np.broadcast_arrays(coming, leaving)
    if np.isnan(coming).any() or np.isnan(leaving).any() or (coming < 0).any() or (leaving < 0).any() or not start >= 0:
        raise BadValue("Arrivals, capacity and the backlog must be known and not negative.", "Give one mean per day.")
    rng = np.random.default_rng(seed)
    moves = _counts(rng, coming, arrivals_spread, draws) - _counts(rng, leaving, capacity_spread, draws)
    paths = np.empty((draws, len(coming) + 1))
    paths[:, 0] = start
    for day in range(len(coming)):
        paths[:, day + 1] = np.maximum(0.0, paths[:, day] + moves[:, day])
    return paths


def _counts(rng: np.random.Generator, means: Array, spread: float, draws: int) -> Array:
    shape = (draws, len(means))
    if spread == 0:
        return np.broadcast_to(means, shape).astype(np.float64)
    if spread < 1:
        raise BadValue(f"A spread must be 0, or 1 and more, not {spread}.", "1 is the luck of independent tickets.")
    mixed = means if spread == 1 else rng.gamma(np.maximum(means, 1e-12) / (spread - 1), spread - 1, shape)
    return rng.poisson(mixed, shape).astype(np.float64)


def _waiting_states(arrivals: float, serving: float, leaving: float) -> Array:
    """Log chance of 1, 2, ... waiting, relative to none, until what is left out is negligible."""
    length = 64
    while True:
        steps = np.log(arrivals / (serving + leaving * np.arange(1, length + 1)))
        states = np.asarray(np.cumsum(steps), dtype=np.float64)
        if steps[-1] < 0 and states[-1] < max(0.0, states.max()) + np.log(NEGLIGIBLE) + min(0.0, np.log(-steps[-1])):
            return states
        length *= 2
        if length > 10_000_000:
            raise BadValue("The queue would hold millions of callers.", "Give more agents or less patience.")


def _check_rates(**rates: float) -> None:
    for name, value in rates.items():
        if not 0 < value < float("inf"):
            raise BadValue(f"{name} must be above 0, not {value}.", "Without calls there is no queue to plan.")


def _agents(agents: int) -> int:
    if agents != int(agents) or not 1 <= agents <= MOST_AGENTS:
        raise BadValue(f"The number of agents must be a whole number from 1 to {MOST_AGENTS:,}, not {agents}.", "Round up.")
    return int(agents)
