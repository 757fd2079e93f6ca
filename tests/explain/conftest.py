"""The worked company (its numbers stand in tests/catalogue/numbers.py), for what is told about a number."""

from tests.catalogue.conftest import worked, working_hours

__all__ = ["worked", "working_hours"]
