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


class ValveKind(models.TextChoices):
    SECTION = "section", "分段阀"
    FORK = "fork", "分支阀"
    STATION = "station", "入站阀"
    HOUSE = "house", "楼栋入口阀"


class VersionSource(models.TextChoices):
    """Through which door a change of a record came."""

    IMPORT = "import", "批量导入"
    EDIT = "edit", "变更申请"
    RESTORE = "restore", "版本恢复"
    MATCH = "match", "关联匹配"


class SolarAuxiliary(models.TextChoices):
    """What heats when the sun does not; in the order of the codes that devices report."""

    NONE = "none", "无辅热"
    HEAT_PUMP = "heat_pump", "热泵辅热"
    STORAGE = "storage", "蓄热电锅炉辅热"
    BOILER = "boiler", "生物质锅炉辅热"


class EquipmentKind(models.TextChoices):
    """Single pieces of plant inside substations, boiler rooms and rural systems."""

    PLATE_EXCHANGER = "plate_exchanger", "板式换热器"
    CIRCULATION_PUMP = "circulation_pump", "循环泵"
    MAKEUP_PUMP = "makeup_pump", "补水泵"
    MAKEUP_VALVE = "makeup_valve", "补水阀"
    CONTROL_VALVE = "control_valve", "电动调节阀"
    SHUTOFF_VALVE = "shutoff_valve", "关断阀"
    SAFETY_VALVE = "safety_valve", "安全阀"
    STRAINER = "strainer", "除污器"
    HEAT_METER = "heat_meter", "热量表"
    FLOW_METER = "flow_meter", "流量计"
    GAUGE = "gauge", "温压测点"
    TANK = "tank", "水箱"
    SOFTENER = "softener", "软水器"
    CABINET = "cabinet", "控制柜"
    BOILER_GRATE = "boiler_grate", "链条炉排锅炉"
    BOILER_GAS = "boiler_gas", "燃气锅炉"
    BOILER_BIOMASS = "boiler_biomass", "生物质锅炉"
    BOILER_ELECTRIC = "boiler_electric", "电极锅炉"
    DRUM = "drum", "锅筒"
    DEDUSTER = "deduster", "布袋除尘器"
    SCRUBBER = "scrubber", "脱硫塔"
    FAN = "fan", "引风机"
    CONVEYOR = "conveyor", "输送机"
    SILO = "silo", "料仓"
    CHIMNEY = "chimney", "烟囱"
    GAS_STATION = "gas_station", "燃气调压柜"
    TRANSFORMER = "transformer", "变压器"
    OUTDOOR_UNIT = "outdoor_unit", "热泵室外机"
    INDOOR_FAN = "indoor_fan", "室内暖风机"
    STORAGE_HEATER = "storage_heater", "蓄热式电暖气"
    PELLET_STOVE = "pellet_stove", "颗粒炉"
    STRAW_STOVE = "straw_stove", "秸秆炉"
    STORAGE_BOILER = "storage_boiler", "蓄热电锅炉"
    SOLAR_COLLECTOR = "solar_collector", "太阳能集热器"
    RADIATOR = "radiator", "散热器"
    FLOOR_COIL = "floor_coil", "地暖盘管"
    MANIFOLD = "manifold", "分集水器"
    EXPANSION_TANK = "expansion_tank", "膨胀水箱"
    THERMOSTAT = "thermostat", "温控器"
    METER = "meter", "电能表"


class MatchBand(models.TextChoices):
    """How sure the matching is of its best candidate."""

    ACCEPTED = "accepted", "把握充分"
    REVIEW = "review", "待复核"
    NONE = "none", "无候选"


class MatchState(models.TextChoices):
    """What became of a case."""

    OPEN = "open", "待处理"
    RELINKED = "relinked", "已改关联"
    KEPT = "kept", "维持原关联"
    ASKED = "asked", "已提变更申请"
    SOLVED = "solved", "已消除"


class ImportState(models.TextChoices):
    """How far a file on its way into the archive has come."""

    UPLOADED = "uploaded", "已上传"
    CHECKING = "checking", "试导入中"
    CHECKED = "checked", "待确认"
    WAITING = "waiting", "待审批"
    REJECTED = "rejected", "已退回"
    APPLYING = "applying", "导入中"
    APPLIED = "applied", "已导入"
    UNDONE = "undone", "已撤销"
    REFUSED = "refused", "未通过"


class ConversionState(models.TextChoices):
    """How far files on their way to another coordinate system have come."""

    UPLOADED = "uploaded", "已上传"
    RUNNING = "running", "转换中"
    DONE = "done", "已完成"
    FAILED = "failed", "未完成"
    CLEARED = "cleared", "成果已清除"
