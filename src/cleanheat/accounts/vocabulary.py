"""The words of accounts: kinds of organisation and roles."""

from django.db import models


class OrganisationKind(models.TextChoices):
    CITY = "city", "市供热服务中心"
    DISTRICT = "district", "区县供热主管部门"
    COMPANY = "company", "供热企业"
    OFFICE = "office", "分公司"
    PLANT_OPERATOR = "plant_operator", "热电企业"
    RURAL_PLATFORM = "rural_platform", "农村清洁取暖平台"
    WEATHER_SERVICE = "weather_service", "气象服务"


class Role(models.TextChoices):
    READER = "reader", "查看员"
    DISPATCHER = "dispatcher", "调度员"
    ADMINISTRATOR = "administrator", "管理员"
