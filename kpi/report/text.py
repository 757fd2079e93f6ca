r"""The interface's own Markdown, read into runs: `**bold**`, `*italic*`, `` `code` ``, links, bullets, escapes; icons and colours fall away.

It is what pages write (`**finding** caveat`, names from files escaped by backslashes), so that a file says word for word what the screen says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

_SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+\-!|~$:&@^=])")
_ICON = re.compile(r":material/[a-z0-9_]+:[ \u00a0]?")
_COLOUR = re.compile(r":[a-z]+(?:-[a-z]+)*\[")
_TARGET = re.compile(r"\]\(([^()\s]*)\)")
JOINER = "\u2060"
"""A letter of no width, by which pages keep text from being taken for an address; files know links from text without it."""
WEB = re.compile(r"https?://[^\s\"'<>()]+")
"""The only addresses a report links to."""


@dataclass(frozen=True)
class Run:
    """Letters of one look. `link` is an http(s) address, or ""."""

    text: str
    is_strong: bool = False
    is_quiet: bool = False
    is_code: bool = False
    link: str = ""


@dataclass(frozen=True)
class Paragraph:
    """A line of text, or one bullet of a list."""

    runs: tuple[Run, ...]
    is_bullet: bool = False


def escaped(text: object) -> str:
    """Text from a file, as it may stand in a sentence of a report: every mark loses its meaning, line breaks become spaces."""
    return _SPECIAL.sub(r"\\\1", " ".join(str(text).split()))


def words(markdown: str) -> str:
    """The bare words, without any mark."""
    return "\n".join("".join(run.text for run in one.runs) for one in paragraphs(markdown))


def paragraphs(markdown: str) -> list[Paragraph]:
    """A text as its paragraphs and bullets. Nothing raises: what is not a mark stays what it is."""
    found: list[Paragraph] = []
    for part in re.split(r"\n\s*\n|\n(?=- )|(?<=[^ ])\n|\n(?=#)", markdown.strip()):
        line = re.sub(r" {2,}\n", "\n", part).strip()
        is_bullet = line.startswith("- ")
        heading = re.match(r"#{1,6} ", line)
        line = line[2:] if is_bullet else line[heading.end() :] if heading else line
        runs = tuple(_runs(line))
        if heading:
            runs = tuple(replace(run, is_strong=True) for run in runs)
        if any(run.text.strip() for run in runs):
            found.append(Paragraph(runs, is_bullet))
    return found


def _runs(line: str) -> Iterator[Run]:
    """The runs of one line; neighbours of one look are joined."""
    last: Run | None = None
    for run in (one for one in _letters(line) if one.text):
        if last is not None and replace(last, text="") == replace(run, text=""):
            last = replace(last, text=last.text + run.text)
            continue
        if last is not None:
            yield last
        last = run
    if last is not None:
        yield last


def _letters(line: str) -> Iterator[Run]:
    look, at, quiet, links = Run(""), 0, [], []
    closing = {i.start(): i for i in _TARGET.finditer(line)}
    while at < len(line):
        letter = line[at]
        if letter == "\\" and at + 1 < len(line) and _SPECIAL.match(line[at + 1]):
            yield replace(look, text=line[at + 1])
            at += 2
        elif letter == JOINER:
            at += 1
        elif letter == "`" and (end := line.find("`", at + 1)) > 0:
            yield replace(look, text=line[at + 1 : end], is_code=True)
            at = end + 1
        elif line.startswith("**", at):
            look, at = replace(look, is_strong=not look.is_strong), at + 2
        elif letter == "*":
            look, at = replace(look, is_quiet=not look.is_quiet), at + 1
        elif icon := _ICON.match(line, at):
            at = icon.end()
        elif colour := _COLOUR.match(line, at):
            quiet.append(at)
            at = colour.end()
        elif letter == "[" and (end := next((i for i in sorted(closing) if i > at), -1)) > 0 and "[" not in line[at + 1 : end]:
            links.append(end)
            address = closing[end][1]
            look, at = replace(look, link=address if WEB.fullmatch(address) else ""), at + 1
        elif links and at == links[-1]:
            look, at = replace(look, link=""), closing[links.pop()].end()
        elif letter == "]" and quiet:
            quiet.pop()
            at += 1
        else:
            yield replace(look, text=letter)
            at += 1
