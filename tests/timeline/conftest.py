"""The worked company of `tests/catalogue`, whose numbers were worked by hand, and a small sample company."""

from tests.catalogue.conftest import sample_folder, sampled, worked, working_hours

__all__ = ["sample_folder", "sampled", "worked", "working_hours"]
