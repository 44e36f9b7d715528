"""Flows: everything with a life is moved by one table-driven engine.  See ``definition``, ``actions``, ``standing``."""
