"""The words of diagnosis: which states a model can find, whose they are, how grave they are by default, their colour.

``State.code`` is the number kept in ``uint8`` state arrays; codes are never reused.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from cleanheat.kernel.findings import Level

Model = Literal["substation_anomaly", "boiler_anomaly", "startup", "room_temperature", "regulation", "network", "any"]


@dataclass(frozen=True, slots=True)
class Word:
    """What people read of a state: Chinese name, the model that judges it, default level (``None`` = no alarm)."""

    code: int
    zh: str
    model: Model
    level: Level | None
    colour: str


_I, _II, _III, _IV = Level.I, Level.II, Level.III, Level.IV
_GREY, _GREEN, _RED, _ORANGE, _YELLOW, _BLUE, _PURPLE = (
    "#8c96a3", "#3fa66b", "#d43a3a", "#e8863a", "#d9b930", "#3f7fd4", "#8a5fc2",
)  # fmt: skip


class State(StrEnum):
    """States of an object.  The first four are no findings: they say how far it can be judged."""

    UNKNOWN = "unknown"
    NORMAL = "normal"
    IDLE = "idle"
    UNDIAGNOSABLE = "undiagnosable"

    STOPPED = "stopped"
    UNDER_SUPPLY = "under_supply"
    OVER_SUPPLY = "over_supply"
    INTERMITTENT = "intermittent"
    ABNORMAL = "abnormal"
    LEAK = "leak"
    FOULING = "fouling"
    PUMP = "pump"
    VALVE = "valve"
    IMBALANCE = "imbalance"
    SHORT_CYCLING = "short_cycling"
    HEAT_MISMATCH = "heat_mismatch"
    FROZEN_SENSOR = "frozen_sensor"
    PRESSURE = "pressure"
    EFFICIENCY = "efficiency"
    FLUE = "flue"
    RESISTANCE = "resistance"
    PUMP_WEAR = "pump_wear"
    FLUE_LOSS = "flue_loss"

    NOT_STARTED = "not_started"
    FILLING = "filling"
    CIRCULATING = "circulating"
    TRIAL = "trial"
    LATE_START = "late_start"
    FALSE_START = "false_start"
    INTERRUPTED = "interrupted"

    CAPACITY_SHORTAGE = "capacity_shortage"
    PEAK_STARTED = "peak_started"
    PEAK_NOT_STARTED = "peak_not_started"
    SOURCE_FAULT = "source_fault"

    ROOM_COLD = "room_cold"
    ROOM_HOT = "room_hot"
    WINDOW_OPEN = "window_open"
    VACANT = "vacant"
    MISPLACED_SENSOR = "misplaced_sensor"
    BEHAVIOUR_CHANGED = "behaviour_changed"

    @property
    def word(self) -> Word:
        return _WORDS[self]

    @property
    def code(self) -> int:
        return self.word.code

    @property
    def zh(self) -> str:
        return self.word.zh

    @property
    def level(self) -> Level | None:
        return self.word.level

    @property
    def colour(self) -> str:
        return self.word.colour


_WORDS: dict[State, Word] = {
    State.UNKNOWN: Word(0, "未知", "any", None, _GREY),
    State.NORMAL: Word(1, "正常", "any", None, _GREEN),
    State.IDLE: Word(2, "未供热", "any", None, _GREY),
    State.UNDIAGNOSABLE: Word(3, "无法诊断", "any", None, _GREY),
    State.STOPPED: Word(10, "停供", "substation_anomaly", _II, _RED),
    State.UNDER_SUPPLY: Word(11, "欠供", "substation_anomaly", _III, _BLUE),
    State.OVER_SUPPLY: Word(12, "超供", "substation_anomaly", _IV, _ORANGE),
    State.INTERMITTENT: Word(13, "间歇供热", "substation_anomaly", _III, _YELLOW),
    State.ABNORMAL: Word(14, "运行异常", "substation_anomaly", _IV, _PURPLE),
    State.LEAK: Word(15, "失水", "substation_anomaly", _II, _PURPLE),
    State.FOULING: Word(16, "换热器结垢", "substation_anomaly", _IV, _PURPLE),
    State.PUMP: Word(17, "水泵异常", "substation_anomaly", _III, _PURPLE),
    State.VALVE: Word(18, "调节阀异常", "substation_anomaly", _III, _PURPLE),
    State.IMBALANCE: Word(19, "水力失调", "substation_anomaly", _IV, _PURPLE),
    State.SHORT_CYCLING: Word(20, "频繁启停", "boiler_anomaly", _III, _YELLOW),
    State.HEAT_MISMATCH: Word(21, "热量不平衡", "substation_anomaly", _IV, _PURPLE),
    State.FROZEN_SENSOR: Word(22, "传感器卡死", "substation_anomaly", _IV, _PURPLE),
    State.PRESSURE: Word(23, "压力异常", "substation_anomaly", _II, _RED),
    State.EFFICIENCY: Word(24, "锅炉效率下降", "boiler_anomaly", _IV, _PURPLE),
    State.FLUE: Word(25, "排烟异常", "boiler_anomaly", _III, _PURPLE),
    State.RESISTANCE: Word(26, "管路阻力异常", "substation_anomaly", _IV, _PURPLE),
    State.PUMP_WEAR: Word(27, "水泵性能下降", "substation_anomaly", _IV, _PURPLE),
    State.FLUE_LOSS: Word(28, "排烟热损失偏高", "boiler_anomaly", _IV, _PURPLE),
    State.NOT_STARTED: Word(30, "未开栓", "startup", None, _GREY),
    State.FILLING: Word(31, "注水", "startup", None, _BLUE),
    State.CIRCULATING: Word(32, "冷态循环", "startup", None, _BLUE),
    State.TRIAL: Word(33, "试供热", "startup", None, _YELLOW),
    State.LATE_START: Word(34, "开栓滞后", "startup", _II, _ORANGE),
    State.FALSE_START: Word(35, "虚假开栓", "startup", _III, _ORANGE),
    State.INTERRUPTED: Word(36, "开栓后中断", "startup", _II, _RED),
    State.CAPACITY_SHORTAGE: Word(40, "供热能力不足", "regulation", _II, _ORANGE),
    State.PEAK_STARTED: Word(41, "调峰锅炉已启动", "regulation", None, _BLUE),
    State.PEAK_NOT_STARTED: Word(42, "调峰锅炉应启未启", "regulation", _II, _ORANGE),
    State.SOURCE_FAULT: Word(43, "热源侧异常", "network", _I, _RED),
    State.ROOM_COLD: Word(50, "室温偏低", "room_temperature", _III, _BLUE),
    State.ROOM_HOT: Word(51, "室温偏高", "room_temperature", _IV, _ORANGE),
    State.WINDOW_OPEN: Word(52, "开窗散热", "room_temperature", None, _YELLOW),
    State.VACANT: Word(53, "空置或报停", "room_temperature", None, _GREY),
    State.MISPLACED_SENSOR: Word(54, "测点位置不当", "room_temperature", None, _PURPLE),
    State.BEHAVIOUR_CHANGED: Word(55, "自身规律改变", "any", None, _YELLOW),
}

BY_CODE: dict[int, State] = {word.code: state for state, word in _WORDS.items()}
"""Back from the number in a state array; a code that is not here is a newer version's."""
