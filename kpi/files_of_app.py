"""Where the app's own files lie: beside the package in a checkout, inside it when installed."""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).resolve().parent


def folder() -> Path:
    """The folder that holds streamlit_app.py, pages/ and data/."""
    packed = _HERE / "_app"
    return packed if packed.is_dir() else _HERE.parent


def main_script() -> Path:
    """The server's script."""
    return folder() / "streamlit_app.py"
