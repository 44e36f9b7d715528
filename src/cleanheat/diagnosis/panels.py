"""Panels of diagnosis, each declared beside what it shows."""

from cleanheat.diagnosis import panels_findings, panels_heating, panels_rooms  # noqa: F401
from cleanheat.diagnosis.guidance import panels as guidance  # noqa: F401
