"""The words of evaluation: periods, subjects, states, stages of the data's life."""

from __future__ import annotations

from django.db import models


class Span(models.TextChoices):
    """How long a period is."""

    DAY = "day", "日"
    MONTH = "month", "月"
    QUARTER = "quarter", "季度"
    SEASON = "season", "采暖季"
    YEAR = "year", "年"


class SubjectKind(models.TextChoices):
    """Whose score it is; the id is 0, an area or an organisation."""

    CITY = "city", "全市"
    DISTRICT = "district", "区县"
    COMPANY = "company", "企业"


class RoundState(models.TextChoices):
    """How far the evaluation of one period is."""

    RUNNING = "running", "进行中"
    COMPUTED = "computed", "已计算"
    PUBLISHED = "published", "已发布"


class ReportState(models.TextChoices):
    QUEUED = "queued", "生成中"
    DRAFT = "draft", "草稿"
    PUBLISHED = "published", "已发布"
    FAILED = "failed", "生成失败"


class FeedbackState(models.TextChoices):
    """Whose turn it is in the talk about a report."""

    NONE = "none", "无反馈"
    OPEN = "open", "待答复"
    ANSWERED = "answered", "已答复"
    CLOSED = "closed", "已办结"


class Verification(models.TextChoices):
    """What somebody found who held a record against the facts."""

    OPEN = "open", "待核查"
    CORRECT = "correct", "属实"
    WRONG = "wrong", "有误"


class Origin(models.TextChoices):
    """Where counts come from."""

    RULE = "rule", "实时规则"
    RECORD = "record", "档案与记录规则"
    UPLOAD = "upload", "数据报送"
    ACCESS = "access", "接入服务"
    SAMPLE = "sample", "抽样核查"


class Stage(models.TextChoices):
    """The life of data, from the meter to the waste bin."""

    COLLECTION = "collection", "采集"
    TRANSFER = "transfer", "传输"
    STORAGE = "storage", "存储"
    PROCESSING = "processing", "处理"
    SHARING = "sharing", "共享"
    DISPOSAL = "disposal", "销毁"
