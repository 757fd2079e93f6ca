"""Mappings that were saved by a name: small TOML files beside the data, for the app and for `--mapping NAME`.

On a server with several workspaces each keeps its own (`room`, the workspace's name): their headers and words are a company's. "" and "main" are those
the command line knows.
"""

from __future__ import annotations

import re
import shutil
import unicodedata
import uuid
from pathlib import Path
from typing import Any

from kpi.cells import fold
from kpi.errors import BadValue, KpiError, UnknownName, did_you_mean
from kpi.home import make_home, user_folder
from kpi.sources._mapping import from_mapping, parse_mapping
from kpi.sources._propose import to_toml

LONGEST, MOST = 200_000, 500
"""A mapping of more letters is none; so many may be saved."""
_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
_ROOM = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
MAIN = "main"


def saved(room: str = "") -> dict[str, str]:
    """Name -> label of every saved mapping, by label; what cannot be read any more is left out."""
    found: dict[str, str] = {}
    for path in sorted(_place(room).glob("*.toml")):
        try:
            found[path.stem] = str(parse_mapping(path.read_text("utf-8"), path.name).get("label", path.stem))
        except (KpiError, OSError, UnicodeDecodeError):
            continue
    return dict(sorted(found.items(), key=lambda one: (fold(one[1]), one[0])))


def saved_text(name: str, room: str = "") -> str:
    """The TOML of a saved mapping; UnknownName where there is none."""
    try:
        return saved_path(name, room).read_text("utf-8")
    except OSError:
        known = saved(room)
        hint = did_you_mean(name, known) or (f"Saved are {', '.join(known)}." if known else "Save one on the page “Data & quality”.")
        raise UnknownName(f"No mapping is saved as {name!r}.", hint) from None


def saved_path(name: str, room: str = "") -> Path:
    """Where a mapping of that name lies, or would; UnknownName for what can be no name (it could be a path)."""
    if not _NAME.fullmatch(name):
        raise UnknownName(f"No mapping can be saved as {name!r}.", "Its name has small letters, digits and underscores only.")
    return _place(room) / f"{name}.toml"


def save_mapping(text: str, label: str, room: str = "") -> str:
    """Save a mapping under a label a person chose, over an earlier one of the same name; returns the name.

    Raises
    ------
    BadValue
        When the label has no letter, or it is far too long, or there are too many.
    KpiError
        When the mapping does not read.
    """
    label = " ".join(label.split())[:80]
    name = name_of(label)
    if not name:
        raise BadValue("This mapping has no name.", "Give it one of letters or digits, such as “Our desk”.")
    if len(text) > LONGEST:
        raise BadValue("This is too long for a mapping.", "A mapping lists columns; it holds no data.")
    data: dict[str, Any] = {**parse_mapping(text), "name": name, "label": label}
    from_mapping(data)
    if name not in saved(room) and len(saved(room)) >= MOST:
        raise BadValue(f"{MOST} mappings are saved already.", "Delete one that nobody needs any more.")
    make_home()
    place = _place(room)
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    half = place / f"half-{uuid.uuid4().hex}"
    try:
        half.write_text(to_toml({"name": name, "label": label, **{k: v for k, v in data.items() if k not in ("name", "label")}}), "utf-8")
        half.replace(saved_path(name, room))
    finally:
        half.unlink(missing_ok=True)
    return name


def delete_mapping(name: str, room: str = "") -> None:
    """Delete a saved mapping; what was read with it stays. Nothing happens where there is none."""
    saved_path(name, room).unlink(missing_ok=True)


def forget_mappings(room: str) -> None:
    """Delete all that a workspace has saved; those of "main" stay."""
    if room not in ("", MAIN):
        shutil.rmtree(_place(room), ignore_errors=True)


def name_of(label: str) -> str:
    """A label as a name: "Unser Büro 2" is `unser_buro_2`; "" where nothing of it can be one."""
    plain = unicodedata.normalize("NFKD", fold(label)).encode("ascii", "ignore").decode()
    name = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:50]
    return name if _NAME.fullmatch(name) else f"m_{name}"[:60] if name else ""


def _place(room: str = "") -> Path:
    if room in ("", MAIN):
        return user_folder() / "mappings"
    if not _ROOM.fullmatch(room):  # anything else could be a path
        raise UnknownName(f"There is no workspace {room[:40]!r}.", "The list has those there are.")
    return user_folder() / "mappings" / room
