"""The form for the server's passphrase as a page of its own: it stands before the app, in the app's colours and letters."""

from __future__ import annotations

import html
from functools import cache
from pathlib import Path
from string import Template

import streamlit
from streamlit import config

from kpi.charts import base

MODES = ("light", "dark")
FACES = {"Headline": "SourceSerifVariable-Roman", "Letters": "SourceSansVF-Upright"}
"""The letters of headings and of text, as Streamlit's own files of them begin; their ends change with its version.
"Serif" would be no name: it is a word of CSS."""
_STYLE = """:root{color-scheme:light dark;LIGHT}@media (prefers-color-scheme:dark){:root{DARK}}FONTS
body{background:var(--page);color:var(--ink);font:1rem/1.6 Letters,system-ui,sans-serif;max-width:22rem;margin:12vh auto;padding:0 1rem}
svg{display:block}h1{font:600 1.9rem/1.3 Headline,Georgia,serif;margin:1.2rem 0 .6rem}p{margin:.4rem 0 1rem}
[role=alert]:not(:empty){color:var(--bad);font-weight:600}label{font-size:.875rem}
input,button{font:inherit;width:100%;box-sizing:border-box;padding:.5rem .75rem;border-radius:.5rem}
input{margin:.3rem 0 1rem;background:var(--card);color:var(--ink);border:1px solid var(--line)}
input:focus-visible,button:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
button{background:var(--accent);color:var(--on);border:0;cursor:pointer}"""
_PAGE = Template("""<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Log in – Deskmeter</title>
<style>$style</style>
<main>$icon<h1>Log in</h1><p>This server asks for its passphrase.</p><p role="alert">$said</p>
<form method="post" action="$action"><label>Passphrase
<input type="password" name="passphrase" autocomplete="current-password" required autofocus></label><button>Log in</button></form></main></html>""")


def written(said: str, action: str) -> str:
    """The page with what was wrong before ("" at first), and where it sends the passphrase."""
    return _PAGE.substitute(style=_style(), icon=_icon(), said=html.escape(said), action=html.escape(action, quote=True))


@cache
def _icon() -> str:
    return (Path(__file__).parent / "icon.svg").read_text("utf-8").replace("<svg ", '<svg aria-hidden="true" ', 1)


@cache
def _style() -> str:
    style = _STYLE.replace("FONTS", "".join(_face(family, begins) for family, begins in FACES.items()))
    for mode in MODES:
        style = style.replace(mode.upper(), _colours(mode))
    return style


def _colours(mode: str) -> str:
    """The theme's colours of a mode, as names of CSS."""
    theme = {name: config.get_option(f"theme.{mode}.{name}Color") for name in ("primary", "secondaryBackground", "border", "red")}
    named = {
        "page": base.PAGE[mode],
        "ink": base.INK[mode],
        "on": base.PAPER[mode],
        "accent": theme["primary"] or base.INK[mode],
        "card": theme["secondaryBackground"] or base.PAGE[mode],
        "line": theme["border"] or base.QUIET[mode],
        "bad": theme["red"] or base.INK[mode],
    }
    return "".join(f"--{name}:{colour};" for name, colour in named.items())


def _face(family: str, begins: str) -> str:
    """The rule for one of Streamlit's own letters; none where it has no such file any more: the system's letters stand in."""
    found = sorted((Path(streamlit.__file__).parent / "static" / "static" / "media").glob(f"{begins}.*.woff2"))
    return (
        f"@font-face{{font-family:{family};src:url('static/media/{found[0].name}') format('woff2');font-weight:200 900}}" if found else ""
    )
