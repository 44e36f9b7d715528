"""The words of complaints: where they come in, what they are about, how far they are, whether they hold."""

from __future__ import annotations

from django.db import models


class Channel(models.TextChoices):
    CITY_HOTLINE = "12345", "12345 市民热线"
    HOUSING_HOTLINE = "12319", "12319 住建热线"


class Category(models.TextChoices):
    COLD_ROOM = "cold_room", "室温不热"
    SUPPLY_STOPPED = "supply_stopped", "停热"
    LEAK = "leak", "漏水管道"
    NOT_ON_TIME = "not_on_time", "未按时供热"
    CHARGES = "charges", "收费退费报停"
    VALVE = "valve", "开关栓入网"
    ATTITUDE = "attitude", "服务态度"
    FACILITY = "facility", "设施噪声井盖"
    ADVICE = "advice", "建议咨询"
    OTHER = "other", "其他"


JUDGED_BY_READINGS = frozenset({Category.COLD_ROOM, Category.SUPPLY_STOPPED, Category.NOT_ON_TIME})
"""What readings can confirm or refute; everything else is judged by the archive alone."""


class TicketState(models.TextChoices):
    RECEIVED = "received", "已受理"
    ASSIGNED = "assigned", "已转办"
    REPLIED = "replied", "已答复"
    CLOSED = "closed", "已办结"


class Satisfaction(models.TextChoices):
    UNKNOWN = "", "未回访"
    SATISFIED = "satisfied", "满意"
    FAIR = "fair", "基本满意"
    DISSATISFIED = "dissatisfied", "不满意"


class Validity(models.TextChoices):
    UNJUDGED = "", "未核验"
    VALID = "valid", "有效"
    DOUBTFUL = "doubtful", "存疑"
    INVALID = "invalid", "无效"


class Reason(models.TextChoices):
    """Why a ticket is held to be valid, doubtful or invalid."""

    ROOM_COLD = "room_cold", "实测室温低于下限"
    NEIGHBOURS_COLD = "neighbours_cold", "同楼平均室温低于下限"
    SUPPLY_LOW = "supply_low", "机组供水温度停供"
    ROOM_WARM = "room_warm", "实测室温达到较高值"
    ROOM_FINE = "room_fine", "实测室温在下限以上"
    NOT_ON_GRID = "not_on_grid", "用户报停或拆网"
    OUT_OF_SEASON = "out_of_season", "不在采暖期"
    NO_READINGS = "no_readings", "当时无可信读数"
    NO_ADDRESS = "no_address", "地址未匹配到档案"
    ARCHIVE_MATCH = "archive_match", "地址与档案一致"
    REPEATED = "repeated", "同一用户重复投诉"
