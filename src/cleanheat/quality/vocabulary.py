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


class DataClass(StrEnum):
    """The eight classes of data that rules must cover, and the archives."""

    RURAL = "rural"
    PLANT = "plant"
    BRANCH = "branch"
    BOILER = "boiler"
    SUBSTATION = "substation"
    ROOM = "room"
    HOTLINE_12319 = "hotline_12319"
    HOTLINE_12345 = "hotline_12345"
    ARCHIVE = "archive"
    WEATHER = "weather"

    @property
    def zh(self) -> str:
        return {
            "rural": "农村清洁取暖设备实时数据",
            "plant": "电厂实时数据",
            "branch": "电厂支线实时数据",
            "boiler": "锅炉房实时数据",
            "substation": "换热站实时数据",
            "room": "固定室温实时数据",
            "hotline_12319": "12319 热线记录",
            "hotline_12345": "12345 热线记录",
            "archive": "基础档案",
            "weather": "气象数据",
        }[self]


class Action(StrEnum):
    """What a hit does to the value, beside its verdict."""

    MARK = "mark"
    CORRECT = "correct"
    DROP = "drop"
    NOTE = "note"

    @property
    def zh(self) -> str:
        return {"mark": "标记", "correct": "修正", "drop": "剔除", "note": "仅统计"}[self]


class Fill(StrEnum):
    """What takes the place of a missing or bad value when the action is ``correct``."""

    LEAVE = "leave"
    HOLD = "hold"
    MEAN = "mean"
    MEDIAN = "median"
    MODE = "mode"
    INTERPOLATION = "interpolation"
    PROFILE = "profile"
    REFETCH = "refetch"
    UNIT = "unit"
    SWAP = "swap"

    @property
    def zh(self) -> str:
        return {
            "leave": "不补",
            "hold": "沿用上值",
            "mean": "近一小时均值",
            "median": "近一小时中位数",
            "mode": "近一小时众数",
            "interpolation": "线性插值（至多 2 小时）",
            "profile": "同时刻规律（随室外温度折算）",
            "refetch": "请企业补传",
            "unit": "按量纲换算",
            "swap": "供回互换",
        }[self]


class AlarmAt(StrEnum):
    """Whom a lasting hit is reported about."""

    NONE = ""
    OBJECT = "object"
    SENDER = "sender"


class RuleState(StrEnum):
    """Where a rule stands: only a published one judges."""

    DRAFT = "draft"
    PUBLISHED = "published"
    RETIRED = "retired"

    @property
    def zh(self) -> str:
        return {"draft": "草稿", "published": "已发布", "retired": "已停用"}[self]


class Change(StrEnum):
    """What was done to a rule."""

    SHIPPED = "shipped"
    CREATED = "created"
    EDITED = "edited"
    COPIED = "copied"
    RESTORED = "restored"
    PUBLISHED = "published"
    RETIRED = "retired"

    @property
    def zh(self) -> str:
        return {
            "shipped": "随平台更新",
            "created": "新建",
            "edited": "修改",
            "copied": "复制",
            "restored": "恢复旧版本",
            "published": "发布",
            "retired": "停用",
        }[self]


class IssueState(StrEnum):
    """What became of a record that broke a rule; the next run decides whether it is solved."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DISMISSED = "dismissed"
    SOLVED = "solved"

    @property
    def zh(self) -> str:
        return {"open": "待处理", "accepted": "已采纳", "dismissed": "已忽略", "solved": "已解决"}[self]
