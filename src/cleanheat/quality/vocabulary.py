"""The words of quality: rule families, dimensions of data quality."""

from enum import StrEnum


class Family(StrEnum):
    """What a rule looks at (the six families of the tender, and connection)."""

    BOUNDARY = "boundary"
    JUMP = "jump"
    CORRELATED = "correlated"
    NORMATIVITY = "normativity"
    COMPLETENESS = "completeness"
    TIMELINESS = "timeliness"

    @property
    def zh(self) -> str:
        return {
            "boundary": "边界值",
            "jump": "突变值",
            "correlated": "关联运算值",
            "normativity": "规范性",
            "completeness": "完整性",
            "timeliness": "及时性",
        }[self]


class Dimension(StrEnum):
    """Which property of good data suffers (GB/T 36344-2018)."""

    NORMATIVITY = "normativity"
    COMPLETENESS = "completeness"
    ACCURACY = "accuracy"
    CONSISTENCY = "consistency"
    TIMELINESS = "timeliness"
    ACCESSIBILITY = "accessibility"

    @property
    def zh(self) -> str:
        return {
            "normativity": "规范性",
            "completeness": "完整性",
            "accuracy": "准确性",
            "consistency": "一致性",
            "timeliness": "时效性",
            "accessibility": "可访问性",
        }[self]
