"""Deskmeter: every support KPI from the export of any help desk, with its uncertainty."""
