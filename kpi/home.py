"""Where things lie: the app's own files (beside the package in a checkout, inside it when installed) and the user's data."""

from __future__ import annotations

import os
import sys
from pathlib import Path

_HERE = Path(__file__).resolve().parent


def app_folder() -> Path:
    """The folder that holds streamlit_app.py, pages/ and data/."""
    packed = _HERE / "_app"
    return packed if packed.is_dir() else _HERE.parent


def main_script() -> Path:
    """The server's script."""
    return app_folder() / "streamlit_app.py"


def make_home() -> Path:
    """The folder data are kept in, made where it is not there: for this user only, since others on this machine are no owners of the data."""
    place = user_folder()
    if not place.is_dir():
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
    return place


def user_folder() -> Path:
    """Where data is kept: KPI_HOME, or the folder this system keeps a user's data in. It may not exist yet."""
    if given := os.environ.get("KPI_HOME"):
        return Path(given).expanduser()
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or "~/AppData/Local"
    elif sys.platform == "darwin":
        base = "~/Library/Application Support"
    else:
        base = os.environ.get("XDG_DATA_HOME") or "~/.local/share"
    return Path(base).expanduser() / "deskmeter"
