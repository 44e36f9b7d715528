"""Checks of single values, rows and objects, on scaled integers as they come from the wire."""
