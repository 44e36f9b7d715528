"""The words of assets: what sorts of source, system, terminal, zone, building and device exist."""

from django.db import models


class OutageKind(models.TextChoices):
    """What an announced outage may concern: whatever supplies heat."""

    PLANT = "plant", "热电厂"
    BRANCH = "branch", "电厂支线"
    BOILER = "boiler", "锅炉房"
    SUBSTATION = "substation", "换热站"
    UNIT = "unit", "换热机组"


class AreaLevel(models.TextChoices):
    DISTRICT = "district", "区县"
    STREET = "street", "街道乡镇"
    COMMITTEE = "committee", "社区村"


class BoilerUse(models.TextChoices):
    AREA = "area", "区域锅炉房"
    PEAK = "peak", "调峰锅炉房"


class Fuel(models.TextChoices):
    COAL = "coal", "燃煤"
    GAS = "gas", "燃气"
    BIOMASS = "biomass", "生物质"
    ELECTRIC = "electric", "电"


class SystemType(models.TextChoices):
    SINGLE = "single", "单系统"
    DUAL = "dual", "双系统"
    MULTI = "multi", "多系统"


class Terminal(models.TextChoices):
    RADIATOR = "radiator", "散热器"
    FLOOR = "floor", "地暖"


class Zone(models.TextChoices):
    LOW = "low", "低区"
    MIDDLE = "middle", "中区"
    HIGH = "high", "高区"


class EnergyClass(models.TextChoices):
    """Building energy standard by year of construction."""

    NONE = "none", "非节能"
    SAVING_30 = "s30", "节能30%"
    SAVING_50 = "s50", "节能50%"
    SAVING_65 = "s65", "节能65%"
    SAVING_75 = "s75", "节能75%"


class FlatPosition(models.TextChoices):
    MIDDLE = "middle", "中间户"
    EDGE = "edge", "边户"
    TOP = "top", "顶层户"
    CORNER = "corner", "顶角户"
    GROUND = "ground", "底层户"


class UserState(models.TextChoices):
    ON_GRID = "on_grid", "在网"
    SUSPENDED = "suspended", "报停"
    REMOVED = "removed", "拆网"


class DeviceType(models.TextChoices):
    HEAT_PUMP_AIR = "heat_pump_air", "热泵风机"
    HEAT_PUMP_WATER = "heat_pump_water", "热泵水机"
    STORAGE_HEATER = "storage_heater", "蓄热式电暖气"
    PELLET_STOVE = "pellet_stove", "颗粒炉"
    STRAW_STOVE = "straw_stove", "秸秆炉"
    SOLAR = "solar", "太阳能+"


class PipeMedium(models.TextChoices):
    TRUNK = "trunk", "长输管线"
    PRIMARY = "primary", "一次网"
    SECONDARY = "secondary", "二次网"


class VersionSource(models.TextChoices):
    """Through which door a change of a record came."""

    IMPORT = "import", "批量导入"
    EDIT = "edit", "变更申请"
    RESTORE = "restore", "版本恢复"
    MATCH = "match", "关联匹配"
