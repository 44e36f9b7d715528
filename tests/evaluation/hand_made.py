"""Counts small enough to score on paper: two companies, six checks."""

import numpy as np

from cleanheat.evaluation.tallies import Check, Tallies

ASKED = (
    Check("range_unit", "换热机组量程", "substation", "unit", "accuracy", 3.0, "rule", 1),
    Check("jump_unit", "换热机组突变", "substation", "unit", "accuracy", 1.0, "rule", 2),
    Check("uploads.received", "应报实报", "substation", "unit", "completeness", 1.0, "upload"),
    Check("late_unit", "到报延迟", "substation", "unit", "timeliness", 1.0, "rule", 3),
    Check("range_room", "室温量程", "room", "room", "accuracy", 1.0, "rule", 4),
    Check("access.accepted", "接入成功", "substation", "unit", "accessibility", 1.0, "access"),
)
CHECKS = np.array([[1_000, 1_000, 500, 500, 100, 50], [2_000, 2_000, 1_000, 1_000, 0, 100]], dtype=float)
VIOLATIONS = np.array([[0, 40, 50, 0, 20, 5], [400, 0, 0, 200, 0, 0]], dtype=float)


def tallies():
    """Company 10 loses completeness and has bad rooms, company 20 has bad ranges and is late."""
    return Tallies(np.array([10, 20]), ASKED, CHECKS, VIOLATIONS)
