"""Intervals, tests and models: numbers in, numbers out; this package knows no KPI.

Importing it loads numpy only; scipy is loaded by the functions that need it. See `base.py` for what all share.
"""

from kpi.stats.durations import (
    geometric_mean,
    geometric_mean_interval,
    mean_interval,
    mean_interval_of,
    order_interval,
    quantile_interval,
    quantile_ranks,
    sample_size_geometric_mean,
    sample_size_mean,
    smallest_geometric_mean_change,
    smallest_mean_change,
)
from kpi.stats.nps import nps, nps_difference, nps_interval, nps_standard_error, sample_size_nps
from kpi.stats.proportions import (
    clopper_pearson,
    design_effect,
    mover_difference,
    mover_ratio,
    newcombe,
    poisson_interval,
    pooled_z,
    sample_size_shares,
    share,
    share_test,
    smallest_share_change,
    wilson,
)
from kpi.stats.survival import Survival, kaplan_meier, logrank

__all__ = [
    "Survival",
    "clopper_pearson",
    "design_effect",
    "geometric_mean",
    "geometric_mean_interval",
    "kaplan_meier",
    "logrank",
    "mean_interval",
    "mean_interval_of",
    "mover_difference",
    "mover_ratio",
    "newcombe",
    "nps",
    "nps_difference",
    "nps_interval",
    "nps_standard_error",
    "order_interval",
    "poisson_interval",
    "pooled_z",
    "quantile_interval",
    "quantile_ranks",
    "sample_size_geometric_mean",
    "sample_size_mean",
    "sample_size_nps",
    "sample_size_shares",
    "share",
    "share_test",
    "smallest_geometric_mean_change",
    "smallest_mean_change",
    "smallest_share_change",
    "wilson",
]
