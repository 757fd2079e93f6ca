"""Charts as Vega-Lite specs without data: a function of choices only, so that each is made once and kept.

A spec names its data ("d", "t" …); whoever draws it lays the frames beside it under those names. Colours are the theme's, by
position, or the few constants of `kpi.charts.base` that read well on light and on dark ground.
"""

from kpi.charts import base

__all__ = ["base"]
