"""What holds for the whole package: cheap to import, quiet, and every name it promises is there."""

import subprocess
import sys

import kpi.stats

PROMISED = ["wilson", "newcombe", "design_effect", "nps_interval", "quantile_interval", "kaplan_meier"]


def test_the_promised_names_exist():
    assert [name for name in PROMISED if name not in kpi.stats.__all__] == []
    assert sorted(kpi.stats.__all__) == kpi.stats.__all__
    assert all(hasattr(kpi.stats, name) for name in kpi.stats.__all__)


def test_every_public_name_is_documented():
    assert [name for name in kpi.stats.__all__ if callable(getattr(kpi.stats, name)) and not getattr(kpi.stats, name).__doc__] == []


def test_importing_loads_no_scipy():
    code = "import sys, kpi.stats, kpi.units; print([m for m in sys.modules if m.split('.')[0] in ('scipy', 'pandas', 'ruptures')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
