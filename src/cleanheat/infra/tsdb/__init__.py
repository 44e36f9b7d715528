"""The time-series engine: the only room that speaks SQL.  ``telemetry.store`` is its one caller."""
