"""The visitor's data: files kept in KPI_HOME under a long random key, opened once for everybody who has that key.

The key stands in the address (`?data=…`), so that a reload, a second tab or a colleague's browser finds the same data.
"""

from __future__ import annotations

import json
import re
import secrets
import shutil
import tempfile
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from threading import Lock
from typing import BinaryIO, Protocol, cast

import streamlit as st
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx

import kpi
from kpi import sample
from kpi.errors import UnknownName
from kpi.home import user_folder
from kpi.hours import Calendar, read_calendar
from kpi.tables import TABLES
from pages.parts.words import plain

SAMPLE = "sample"
KEY = re.compile(r"[0-9a-f]{32}")
MOST_OPEN = 8
_OPENED: OrderedDict[str, kpi.Dataset] = OrderedDict()
_LOCK = Lock()


class Upload(Protocol):
    """What the uploader hands over: a readable file with a name its sender chose and an id in Streamlit's memory."""

    name: str
    file_id: str


@dataclass(frozen=True)
class Options:
    """What the visitor said about the files: the zone of times that state none, and day-month orders by header."""

    zone: str = ""
    date_orders: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Mine:
    """The data a visitor looks at: its key in the address, the names its files came with, and what was read from them."""

    key: str
    names: tuple[str, ...]
    dataset: kpi.Dataset
    calendar: Calendar | None = None
    options: Options = field(default_factory=Options)

    @property
    def is_sample(self) -> bool:
        return self.key == SAMPLE


def folder(key: str) -> Path:
    if key != SAMPLE and not KEY.fullmatch(key):  # anything else could be a path
        raise UnknownName("This address names no data.", "Open the file again, or ask for a fresh link.")
    return user_folder() / "data" / key


def keep(files: Sequence[Upload]) -> str:
    """Copy uploads to disk and return their key. The names their sender chose are noted, never used as paths."""

    def fill(place: Path) -> list[str]:
        for number, file in enumerate(files):
            with (place / f"{number}{_suffix(file.name)}").open("wb") as out:
                shutil.copyfileobj(cast(BinaryIO, file), out, 1 << 20)
        return [file.name for file in files]

    key = secrets.token_hex(16)
    _make(key, fill)
    return key


def keep_sample() -> str:
    """The sample company, made on first wish."""

    def fill(place: Path) -> list[str]:
        sample.write(place)
        return sorted(path.name for path in place.glob("*.csv") if path.stem in TABLES)

    if not folder(SAMPLE).is_dir():
        _make(SAMPLE, fill)
    return SAMPLE


def discard(key: str) -> None:
    """Delete the files of a key, and look at nothing."""
    shutil.rmtree(folder(key), ignore_errors=True)
    with _LOCK:
        _OPENED.pop(key, None)
    choose(None)


def reread(key: str, zone: str | None = None, date_orders: dict[str, str] | None = None) -> None:
    """Note what the visitor said about the files, and read them again with it."""
    now = _options(folder(key))
    said = replace(now, zone=now.zone if zone is None else zone, date_orders=now.date_orders | (date_orders or {}))
    (folder(key) / "options.json").write_text(json.dumps(asdict(said)), "utf-8")
    with _LOCK:
        _OPENED.pop(key, None)


def upload(widget: str) -> None:
    """The uploader's callback: once per upload, before the script. Copies to disk and frees Streamlit's memory.

    Streamlit keeps every upload in memory until the visit ends and copies it on each run; removing it here is what keeps a
    server flat (the manager is half private: a browser test watches it).
    """
    files = list(st.session_state[widget] or [])
    if not files:
        return
    choose(keep(files))
    context = get_script_run_ctx()
    if context and isinstance(context.uploaded_file_mgr, MemoryUploadedFileManager):
        for file in files:
            context.uploaded_file_mgr.remove_file(context.session_id, file.file_id)
    st.session_state["uploads"] = st.session_state.get("uploads", 0) + 1  # a new widget key: a fresh, empty uploader


def ribbon(mine: Mine) -> None:
    """Which data one looks at, on every page, and the way to others. Made-up data can never be taken for real ones."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="ribbon"):
        if mine.is_sample:
            st.badge("Sample data: a made-up company", icon=":material/science:", color="orange")
        else:
            st.caption(plain(", ".join(mine.names)), width="content")
        st.button("Use other data", type="tertiary", icon=":material/upload_file:", on_click=choose, args=(None,), key="other_data")


def choose(key: str | None) -> None:
    """Look at the data of a key (None: at nothing) from the next run on; what was asked of other data is forgotten."""
    st.session_state["data"] = key
    st.session_state.pop("scope", None)
    st.query_params.from_dict({"data": key} if key else {})


def current() -> Mine | None:
    """The data this visitor looks at, read if need be; None before anything is chosen. KpiError when it cannot be read."""
    if asked := st.query_params.get("data"):
        st.session_state["data"] = asked
    key = st.session_state.get("data")
    if key is None:
        return None
    st.query_params["data"] = key  # navigation drops what no widget holds, so it is put back on every run
    if key == SAMPLE:
        keep_sample()
    place = folder(key)
    if not place.is_dir():
        raise UnknownName("The data of this address is not here any more.", "Open the file again.")
    names, options, calendar = _names(place), _options(place), place / "calendar.toml"
    return Mine(key, names, _open(key, place, names, options), read_calendar(calendar) if calendar.is_file() else None, options)


def _open(key: str, place: Path, names: tuple[str, ...], options: Options) -> kpi.Dataset:
    """The dataset of a key, read on first wish and kept for the next visitors; the eldest of too many makes room.

    Not `st.cache_resource`: what a cached function draws is drawn again on every hit, and reading shows its progress.
    """
    with _LOCK:
        if key in _OPENED:
            _OPENED.move_to_end(key)
            return _OPENED[key]
    slot = st.empty()

    def progress(what: str, share: float) -> None:
        slot.progress(min(share, 1.0), text=f"Reading {plain(what)} …")

    try:
        paths = [place / (name if key == SAMPLE else f"{number}{_suffix(name)}") for number, name in enumerate(names)]
        dataset = kpi.read(*paths, names=names, zone=options.zone or None, date_orders=options.date_orders, progress=progress)
    finally:
        slot.empty()
    with _LOCK:
        _OPENED[key] = dataset
        while len(_OPENED) > MOST_OPEN:
            _OPENED.popitem(last=False)
    return dataset


def _names(place: Path) -> tuple[str, ...]:
    return tuple(json.loads((place / "names.json").read_text("utf-8")))


def _options(place: Path) -> Options:
    path = place / "options.json"
    return Options(**json.loads(path.read_text("utf-8"))) if path.is_file() else Options()


def _suffix(name: str) -> str:
    suffix = Path(name).suffix.lower()
    return suffix if re.fullmatch(r"\.[a-z0-9]{1,8}", suffix) else ""


def _make(key: str, fill: Callable[[Path], list[str]]) -> None:
    """Fill a folder and give it its name at the end, so that nobody ever sees half of it."""
    (user_folder() / "data").mkdir(parents=True, exist_ok=True)
    half = Path(tempfile.mkdtemp(dir=user_folder() / "data", prefix="half-"))  # readable by this user only
    try:
        (half / "names.json").write_text(json.dumps(fill(half)), "utf-8")
        try:
            half.rename(folder(key))
        except OSError:
            if not folder(key).is_dir():  # else somebody made the same sample meanwhile
                raise
    finally:
        shutil.rmtree(half, ignore_errors=True)
