"""What holds for the whole package: cheap to import, quiet, and every name it promises is there."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

import kpi.stats
from kpi.errors import BadValue

PROMISED = (
    "wilson newcombe design_effect nps_interval quantile_interval kaplan_meier effective_sample_size correlate_series "
    "correlate_tickets false_discovery kitagawa lmdi erlang_c erlang_a xmr laney_p level_shifts gls_ar1 forecast_paths "
    "shrink_rates fightin_words"
).split()
NAN = float("nan")
OF_UNKNOWN = {
    # what each function says about nothing at all: unknown, neither 0 nor a warning
    "wilson": lambda s, v: s.wilson(v, v),
    "clopper_pearson": lambda s, v: s.clopper_pearson(v, v),
    "newcombe": lambda s, v: s.newcombe(v, v, v, v),
    "mover_difference": lambda s, v: s.mover_difference(v, v, v, v, v, v),
    "mover_ratio": lambda s, v: s.mover_ratio(v, v, v, v, v, v),
    "share": lambda s, v: s.share(v, v),
    "share_test": lambda s, v: s.share_test(v, v, v, v),
    "design_effect": lambda s, v: s.design_effect(v, v),
    "poisson_interval": lambda s, v: s.poisson_interval(v),
    "smallest_share_change": lambda s, v: s.smallest_share_change(0.8, v),
    "nps": lambda s, v: s.nps(v, v, v),
    "nps_standard_error": lambda s, v: s.nps_standard_error(v, v, v),
    "nps_interval": lambda s, v: s.nps_interval(v, v, v),
    "nps_difference": lambda s, v: s.nps_difference((v, v, v), (v, v, v)),
    "quantile_interval": lambda s, v: s.quantile_interval(v),
    "mean_interval": lambda s, v: s.mean_interval(v),
    "mean_interval_of": lambda s, v: s.mean_interval_of(v, v, v),
    "geometric_mean": lambda s, v: s.geometric_mean(v),
    "geometric_mean_interval": lambda s, v: s.geometric_mean_interval(v),
    "smallest_mean_change": lambda s, v: s.smallest_mean_change(v, 1.3),
    "kaplan_meier": lambda s, v: s.kaplan_meier(v, v).quantile(),
    "restricted_mean": lambda s, v: s.kaplan_meier(v, v).restricted_mean(),
    "logrank": lambda s, v: s.logrank(v, v, v, v),
    "autocorrelation": lambda s, v: s.autocorrelation(v),
    "lag1": lambda s, v: s.lag1(v),
    "effective_sample_size": lambda s, v: s.effective_sample_size(v, v, v),
    "correlate_series": lambda s, v: (s.correlate_series(v, v).r, s.correlate_series(v, v).p),
    "scan_lags": lambda s, v: s.scan_lags(v, v).r,
    "correlation_interval": lambda s, v: s.correlation_interval(v, v),
    "correlation_p_value": lambda s, v: s.correlation_p_value(v, v),
    "false_discovery": lambda s, v: s.false_discovery(v),
    "holm": lambda s, v: s.holm(v),
    "correlate_tickets": lambda s, v: (s.correlate_tickets(v, v).r, s.correlate_tickets(v, v).low),
    "compare_thirds": lambda s, v: s.compare_thirds(v, v),
    "robust_slope": lambda s, v: s.robust_slope(v),
    "xmr": lambda s, v: (s.xmr(v).low, s.xmr(v).centre),
    "laney_p": lambda s, v: (s.laney_p(v, v).centre, s.laney_p(v, v).low),
    "laney_u": lambda s, v: (s.laney_u(v, v).centre, s.laney_u(v, v).low),
    "binomial_limits": lambda s, v: s.binomial_limits(v, 0.9),
    "daily_oddity": lambda s, v: s.daily_oddity(v),
    "robust_memory": lambda s, v: s.robust_memory(v),
    "lmdi": lambda s, v: s.lmdi(v, v),
    "forecast_paths": lambda s, v: s.forecast_paths(v, 3),
    "shrink_rates": lambda s, v: (s.shrink_rates(v, v).estimate, s.shrink_rates(v, v).low),
    "funnel_p_values": lambda s, v: s.funnel_p_values(v, v),
    "binomial_p_values": lambda s, v: s.binomial_p_values(v, v, 0.5),
    "funnel_limits": lambda s, v: s.funnel_limits(v, 0.5),
    "weighting_effect": lambda s, v: s.weighting_effect(v),
    "post_stratify": lambda s, v: (s.post_stratify(v, v, v).value, s.post_stratify(v, v, v).low),
    "fightin_words": lambda s, v: s.fightin_words(v, v).z,
}


def numbers(answer):
    return np.concatenate([np.ravel(np.asarray(part, float)) for part in (answer if isinstance(answer, tuple) else (answer,))])


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "value", [[], [NAN, NAN], [None, None, None], pd.Series([None, None], dtype="Float64")], ids=["empty", "nan", "none", "na"]
)
@pytest.mark.parametrize("name", OF_UNKNOWN)
def test_unknown_in_unknown_out(name, value):
    assert np.isnan(numbers(OF_UNKNOWN[name](kpi.stats, value))).all()


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("value", [0, 1, 2, [0, 0], [1, 1, 1], [0, 1] * 10, [5, 7, 6, 8, 5] * 15], ids=str)
@pytest.mark.parametrize("name", OF_UNKNOWN)
def test_plain_numbers_never_warn_and_never_give_infinity(name, value):
    try:
        answer = numbers(OF_UNKNOWN[name](kpi.stats, value))
    except BadValue:
        return  # a sentence is an answer too (the logarithm of 0, a split of nothing)
    assert not np.isinf(answer).any()


def test_the_promised_names_exist():
    assert [name for name in PROMISED if name not in kpi.stats.__all__] == []
    assert sorted(kpi.stats.__all__) == kpi.stats.__all__
    assert all(hasattr(kpi.stats, name) for name in kpi.stats.__all__)


def test_every_public_name_is_documented():
    assert [name for name in kpi.stats.__all__ if callable(getattr(kpi.stats, name)) and not getattr(kpi.stats, name).__doc__] == []


def test_importing_loads_no_scipy():
    code = "import sys, kpi.stats, kpi.units; print([m for m in sys.modules if m.split('.')[0] in ('scipy', 'ruptures')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
