"""Bytes of an export -> tables of text in DuckDB. Everything is text; nothing is guessed silently."""

from kpi.files.decoder import decode
from kpi.files.head import read_head, scratch
from kpi.files.table import CELL_TYPES, Header, RawTable, header

__all__ = ["CELL_TYPES", "Header", "RawTable", "decode", "header", "read_head", "scratch"]
