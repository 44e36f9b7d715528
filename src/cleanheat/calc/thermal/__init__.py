"""Heating engineering on arrays: load, regulation curves, heat exchange, degree days, rooms."""
