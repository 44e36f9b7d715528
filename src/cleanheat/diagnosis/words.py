"""Words of the models' life: states of versions and drifts, how a version came to be, outcomes; kinds of object."""

from typing import Final

from django.db import models


class VersionState(models.TextChoices):
    DRAFT = "draft", "待采用"
    ADOPTED = "adopted", "使用中"
    RETIRED = "retired", "已停用"
    ROLLED_BACK = "rolled_back", "已回退"


class TrainedHow(models.TextChoices):
    WHOLE = "whole", "整类训练"
    OBJECTS = "objects", "个体训练"
    FIRST = "first", "首次训练"
    NETWORK = "network", "共享网络训练"


class OutcomeKind(models.TextChoices):
    CONFIRMED = "confirmed", "属实"
    FALSE_ALARM = "false_alarm", "误报"


class DriftState(models.TextChoices):
    OPEN = "open", "待处理"
    REFITTED = "refitted", "已重新训练"
    DISMISSED = "dismissed", "已忽略"
    GONE = "gone", "已恢复"


KINDS_ZH: Final = {
    "plant": "热电厂", "branch": "电厂支线", "boiler": "锅炉房", "substation": "换热站", "unit": "机组",
    "building": "楼宇", "community": "小区", "sender": "农村平台", "area": "村屯",
}  # fmt: skip
