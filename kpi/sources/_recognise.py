"""Which source a decoded table is an export of: exactly one, or an error that names the nearest and what it lacks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from kpi.cells import Connection, pick
from kpi.errors import UnknownExport, UnknownName, did_you_mean
from kpi.sources._mapping import from_mapping, read_mapping
from kpi.sources._others import OTHERS, summary_of
from kpi.sources._registry import all_sources
from kpi.sources._reshape import beside
from kpi.sources._saved import saved, saved_path
from kpi.sources._source import Source

if TYPE_CHECKING:
    from kpi.files import Header, RawTable


@dataclass(frozen=True)
class Match:
    """A decoded table and the one source that reads it."""

    raw: RawTable
    source: Source


def recognise(
    raw: RawTable,
    *,
    con: Connection | None = None,
    source: str | None = None,
    mapping: Mapping[str, Any] | Path | str | None = None,
) -> Match:
    """The one source that reads `raw`.

    Parameters
    ----------
    con : accepted for callers that have it; headers alone decide.
    source : a source or tool by name, when the person said which; its signs need not be there, its required columns must.
    mapping : the path of a mapping file, the name of a saved one, or its parsed content; it goes before every other source where it fits.

    Raises
    ------
    UnknownExport
        When no source fits (naming the nearest and the headers it lacks), or several do.
    UnknownName
        When there is no such source.
    """
    del con
    if not raw.headers:
        raise UnknownExport(f"“{raw.file}” has no header.", "The first row must name the columns.")
    mapped = _mapped(mapping)
    if source is not None:
        return Match(raw, _named(raw, source, mapped))
    fitting = [s for s in mapped if not s.lacks(raw.headers)]
    found = _one(raw, fitting) if fitting else _automatic(raw)
    if found is None:
        raise _unknown(raw, mapped)
    return Match(raw, found)


def _mapped(mapping: Mapping[str, Any] | Path | str | None) -> tuple[Source, ...]:
    if mapping is None:
        return ()
    if isinstance(mapping, Mapping):
        return tuple(_based(source) for source in from_mapping(mapping))
    path = Path(mapping)
    is_saved = not path.suffix and path.name == str(mapping) and not path.exists() and path.name in saved()
    declared = read_mapping(saved_path(path.name) if is_saved else path)
    return tuple(_based(source) for source in declared)


def _based(source: Source) -> Source:
    """A correction laid over the source it corrects."""
    if not source.based_on:
        return source
    known = all_sources()
    if source.based_on not in known:
        raise UnknownName(
            f"There is no source {source.based_on!r}.", did_you_mean(source.based_on, known) or f"Known are {', '.join(known)}."
        )
    base = known[source.based_on]
    made = source.corrected(base)
    return replace(made, reshape=beside(base.reshape)) if base.reshape else made


def _automatic(raw: RawTable) -> Source | None:
    fitting = [s for s in all_sources().values() if not s.lacks(raw.headers)]
    particular = [s for s in fitting if s.tool != "canonical" and not s.general]
    # Our own format is a contract: with its required headers and one more, it is meant, unless a tool's signs are there and most
    # headers are not ours. The table that fits best wins.
    least = len(raw.headers) / 2 if particular else 2
    own = [s for s in fitting if s.tool == "canonical" and s.score(raw.headers) >= least]
    if own:
        stem = PurePath(raw.file.split(" › ")[-1]).stem.casefold()
        return max(own, key=lambda s: (s.name == stem, s.score(raw.headers)))
    general = [s for s in fitting if s.general]
    return _one(raw, particular or general) if particular or general else None


def _one(raw: RawTable, fitting: Sequence[Source]) -> Source:
    """The only one; else the one that declares to go before the others, or whose signs hold all of theirs; else an error."""
    fitting = [s for s in fitting if not any(s.name in o.over for o in fitting)]
    if len(fitting) == 1:
        return fitting[0]
    signs = {s.name: {h.casefold() for group in s.signs if _there(raw.headers, group) for h in group} for s in fitting}
    widest = [s for s in fitting if all(signs[s.name] > signs[o.name] for o in fitting if o is not s)]
    if len(widest) == 1:
        return widest[0]
    labels = " and ".join(s.label for s in fitting)
    raise UnknownExport(
        f"“{raw.file}” could be an export of {labels}.", f"Say which: --source {' or --source '.join(s.name for s in fitting)}."
    )


def _named(raw: RawTable, name: str, mapped: Sequence[Source]) -> Source:
    known = {**all_sources(), **{s.name: s for s in mapped}}
    chosen = [s for s in known.values() if name in (s.name, s.tool)]
    if not chosen:
        raise UnknownName(f"There is no source {name!r}.", did_you_mean(name, known) or f"Known are {', '.join(known)}.")
    able = [s for s in chosen if not s.lacks(raw.headers) or _could_be(s, raw)]
    if not able:
        nearest = min(chosen, key=lambda s: (len(s.lacks(raw.headers)), -s.score(raw.headers)))
        raise UnknownExport(f"“{raw.file}” is not an export of {nearest.label}: it lacks {_listed(nearest.lacks(raw.headers))}.", _HINT)
    fitting = [s for s in able if not s.lacks(raw.headers)]
    return _one(raw, fitting) if fitting else max(able, key=lambda s: s.score(raw.headers))


def _could_be(source: Source, raw: RawTable) -> bool:
    """Whether a file without a source's signs can still be read by it: what is required is there, and something of it is found."""
    found = source.main.found(raw.headers)
    has_all = not source.main.lacking(raw.headers) and all(name in found for name in source.needs)
    return source.reshape is None and has_all and source.score(raw.headers) > 0


_HINT = "Match its columns once, on the page “Data & quality” or with --mapping FILE."


def _unknown(raw: RawTable, mapped: Sequence[Source]) -> UnknownExport:
    candidates = mapped or tuple(all_sources().values())
    nearest = min(candidates, key=lambda s: (s.score(raw.headers) == 0, len(s.lacks(raw.headers)), -s.score(raw.headers)))
    other = next((o for o in OTHERS if any(_there(raw.headers, group) for group in o.signs)), None) or summary_of(raw.headers)
    about = f" It looks like {other.label}: {other.about}." if other else ""
    hint = (other.hint if other else "") or _HINT
    if nearest.score(raw.headers) == 0:
        shown = ", ".join(f"“{h.raw}”" for h in raw.headers[:6])
        return UnknownExport(f"Nothing recognises “{raw.file}”.{about} None of its headers is known ({shown} …).", hint)
    whose = "the mapping" if mapped else nearest.label
    lacks = _listed(nearest.lacks(raw.headers))
    return UnknownExport(f"Nothing recognises “{raw.file}”.{about} The nearest is {whose}: it lacks {lacks}.", hint)


def _there(headers: Iterable[Header], group: Iterable[str]) -> bool:
    headers = tuple(headers)
    return all(pick(headers, h) is not None for h in group)


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(f"“{n}”" for n in names[:5])
    return f"{shown} and {len(names) - 5} more" if len(names) > 5 else shown
