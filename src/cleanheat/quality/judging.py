"""Which verdict does each value of a frame get?"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from cleanheat.quality.declarations import RULES, Context
from cleanheat.telemetry.frames import Frame
from cleanheat.telemetry.public import Latest


def judge(frame: Frame, latest: Latest) -> Mapping[str, int]:
    """Apply every rule of the frame's kind and write ``frame.verdicts``; ``latest`` is the state before this frame.

    Returns how many values each rule hit.  Verdict codes of judging ascend with gravity, so the gravest is the maximum.
    """
    hits_of: dict[str, int] = {}
    for rule in RULES:
        if frame.kind not in rule.kinds:
            continue
        count = 0
        for i, hits in rule.check(frame, Context(latest, rule.parameters)):
            np.maximum(frame.verdicts[i], hits.view(np.uint8) * np.uint8(rule.verdict), out=frame.verdicts[i])
            count += int(np.count_nonzero(hits))
        if count:
            hits_of[rule.key] = count
    return hits_of
