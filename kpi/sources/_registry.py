"""The folder is the registry: every module here that declares SOURCE or SOURCES, and every mapping in data/mappings."""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from kpi.errors import KpiError
from kpi.home import app_folder
from kpi.sources._mapping import read_mapping
from kpi.sources._source import Source

_HERE = Path(__file__).parent


@lru_cache(maxsize=1)
def all_sources() -> dict[str, Source]:
    """Every source by name, tools first, then mappings.

    Raises
    ------
    KpiError
        When two sources have one name (a fault of the project, found by the first test that runs).
    """
    sources: dict[str, Source] = {}
    for source in (*_of_modules(), *_of_mappings()):
        if source.name in sources:
            raise KpiError(f"Two sources are called {source.name!r}.", "Rename one.")
        sources[source.name] = source
    return sources


def _of_modules() -> list[Source]:
    found: list[Source] = []
    for module in sorted(m.name for m in iter_modules([str(_HERE)]) if not m.name.startswith("_")):
        loaded = import_module(f"kpi.sources.{module}")
        found += getattr(loaded, "SOURCES", None) or (loaded.SOURCE,)
    return found


def _of_mappings() -> list[Source]:
    return [s for path in sorted((app_folder() / "data" / "mappings").glob("*.toml")) for s in read_mapping(path)]
