"""A server that is told to ask who one is, and cannot, does not start."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
AUTH = """[auth]
redirect_uri = "http://127.0.0.1:{port}/oauth2callback"
cookie_secret = "a secret of the test, long enough"
client_id = "a"
client_secret = "b"
server_metadata_url = "http://127.0.0.1:9/.well-known/openid-configuration"
"""


@pytest.mark.slow
def test_openid_connect_without_what_it_needs(tmp_path: Path) -> None:
    """Also on the loopback address; Authlib is hidden where it is installed."""
    hidden = tmp_path / "hidden" / "authlib"
    hidden.mkdir(parents=True)
    (hidden / "__init__.py").write_text("raise ModuleNotFoundError('authlib')\n")
    (tmp_path / "secrets.toml").write_text(AUTH)
    said = {"PYTHONPATH": str(hidden.parent), "STREAMLIT_SECRETS_FILES": str(tmp_path / "secrets.toml"), "KPI_HOME": str(tmp_path / "home")}
    command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", "--server.port", "0", "--server.fileWatcherType", "none"]
    ended = subprocess.run(command, check=False, cwd=ROOT, env={**os.environ, **said}, capture_output=True, text=True, timeout=120)
    assert ended.returncode == 1 and "pip install 'deskmeter[oidc]'" in ended.stderr and "Traceback" not in ended.stderr
