"""How does the map show what the models find?  One colour a state, the graver ones drawn on top."""

from __future__ import annotations

from cleanheat.diagnosis.vocabulary import State
from cleanheat.infra.maplayers import Classes, LegendClass, Theme, themes
from cleanheat.kernel.time import MINUTE_S

SHOWN = tuple(
    s
    for s in State
    if s.word.model != "room_temperature" and s not in (State.FILLING, State.CIRCULATING, State.BEHAVIOUR_CHANGED)
)
LAYERS = ("buildings", "plants", "branches", "boilers", "substations", "devices")

DIAGNOSIS = themes.add(
    Theme(
        key="diagnosis",
        code=3,
        zh="运行诊断",
        layers=LAYERS,
        history_s=MINUTE_S,
        counted="substations",
        legend=Classes(
            tuple(
                LegendClass(s.code, s.zh, s.colour, attention=0 if s.level is None else 5 - int(s.level)) for s in SHOWN
            )
        ),
    )
)
