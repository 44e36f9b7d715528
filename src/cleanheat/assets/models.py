"""Stored: what exists in the city, who supplies whom, who manages what.

Every measured or mapped object has a dense ``number`` as primary key: its place in state arrays, telemetry tables and
map textures, kept for ever; and an archive ``code`` for people.  Longitude and latitude are WGS-84 degrees.
"""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models

from cleanheat.accounts.models import Organisation
from cleanheat.assets import models_conversions as _conversions  # noqa: F401 - Django looks for models here
from cleanheat.assets import models_equipment as _equipment  # noqa: F401 - Django looks for models here
from cleanheat.assets import models_importing as _importing  # noqa: F401 - Django looks for models here
from cleanheat.assets import models_upkeep as _upkeep  # noqa: F401 - Django looks for models here
from cleanheat.assets.vocabulary import (
    AreaLevel,
    BoilerUse,
    DeviceType,
    EnergyClass,
    FlatPosition,
    Fuel,
    OutageKind,
    PipeMedium,
    SolarAuxiliary,
    SystemType,
    Terminal,
    UserState,
    ValveKind,
    Zone,
)


class Area(models.Model):
    """Administrative area: district/county/zone, street/township, community committee/village."""

    id = models.PositiveIntegerField(primary_key=True)
    level = models.CharField(max_length=12, choices=AreaLevel.choices)
    code = models.CharField(max_length=12, unique=True)
    name = models.CharField(max_length=40)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    longitude = models.FloatField()
    latitude = models.FloatField()
    is_rural = models.BooleanField(default=False)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


class Asset(models.Model):
    """What every managed object has: number, code, name, place, district, year of commissioning, state of service."""

    number = models.PositiveIntegerField(primary_key=True)
    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=80)
    district = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    longitude = models.FloatField()
    latitude = models.FloatField()
    built_year = models.PositiveSmallIntegerField()
    in_service = models.BooleanField(default=True)

    class Meta:
        abstract = True
        ordering = ["number"]

    def __str__(self) -> str:
        return self.name


class Plant(Asset):
    operator = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    capacity_mw = models.FloatField()


class Branch(Asset):
    """A long-distance pipe branch of a plant: the metering unit of plant heat."""

    operator = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    plant = models.ForeignKey(Plant, on_delete=models.PROTECT, related_name="+")
    design_flow_t_h = models.FloatField()
    length_km = models.FloatField()
    heated_area_m2 = models.FloatField(default=0)


class BoilerRoom(Asset):
    company = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    office = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    use = models.CharField(max_length=8, choices=BoilerUse.choices)
    fuel = models.CharField(max_length=10, choices=Fuel.choices)
    branch = models.ForeignKey(
        Branch, null=True, on_delete=models.PROTECT, related_name="+"
    )  # peak: the branch it helps
    boilers = models.PositiveSmallIntegerField()
    capacity_mw = models.FloatField()
    heated_area_m2 = models.FloatField(default=0)


class Substation(Asset):
    """Heat exchange from primary to secondary; supplied by a branch or by an area boiler room, never by both."""

    company = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    office = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    street = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    branch = models.ForeignKey(Branch, null=True, on_delete=models.PROTECT, related_name="+")
    boiler_room = models.ForeignKey(BoilerRoom, null=True, on_delete=models.PROTECT, related_name="+")
    system = models.CharField(max_length=8, choices=SystemType.choices)
    heated_area_m2 = models.FloatField()
    is_self_managed = models.BooleanField(default=True)


class Unit(models.Model):
    """One exchanger circuit with its own secondary network; number = substation × 4 + place (1–3)."""

    number = models.PositiveIntegerField(primary_key=True)
    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=80)
    substation = models.ForeignKey(Substation, on_delete=models.PROTECT, related_name="+")
    zone = models.CharField(max_length=8, choices=Zone.choices)
    terminal = models.CharField(max_length=10, choices=Terminal.choices)
    heated_area_m2 = models.FloatField()
    heat_index_w_m2 = models.FloatField()
    design_supply_temp_c = models.FloatField()
    design_return_temp_c = models.FloatField()
    design_flow_t_h = models.FloatField()

    class Meta:
        ordering = ["number"]

    def __str__(self) -> str:
        return self.name


class Community(Asset):
    """A residential community (小区)."""

    company = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    substation = models.ForeignKey(Substation, on_delete=models.PROTECT, related_name="+")
    street = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")


class Building(Asset):
    company = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    floors = models.PositiveSmallIntegerField()
    height_m = models.FloatField()
    heated_area_m2 = models.FloatField()
    households = models.PositiveSmallIntegerField()
    energy_class = models.CharField(max_length=8, choices=EnergyClass.choices)
    is_residential = models.BooleanField(default=True)


class HeatUser(models.Model):
    """One flat or one non-residential consumer."""

    number = models.PositiveIntegerField(primary_key=True)
    code = models.CharField(max_length=20, unique=True)
    building = models.ForeignKey(Building, on_delete=models.PROTECT, related_name="+")
    stair = models.PositiveSmallIntegerField()
    floor = models.PositiveSmallIntegerField()
    door = models.CharField(max_length=12)
    area_m2 = models.FloatField()
    position = models.CharField(max_length=8, choices=FlatPosition.choices)
    state = models.CharField(max_length=10, choices=UserState.choices, default=UserState.ON_GRID)

    class Meta:
        ordering = ["number"]


class HeatFee(models.Model):
    """What one heat user owes and has paid for one season; the payer is personal data and leaves masked."""

    number = models.CharField("缴费编号", max_length=40, unique=True)
    heat_user = models.ForeignKey(HeatUser, on_delete=models.CASCADE, related_name="+", verbose_name="热用户")
    season_year = models.PositiveSmallIntegerField("采暖季起始年")
    due_yuan = models.FloatField("应缴")
    paid_yuan = models.FloatField("已缴", default=0)
    due_on = models.DateField("缴费期限")
    paid_on = models.DateField("缴清日期", null=True, blank=True)
    payer_name = models.CharField("缴费人", max_length=40, blank=True)
    payer_phone = models.CharField("缴费人电话", max_length=40, blank=True)

    class Meta:
        ordering = ["-season_year", "heat_user"]
        constraints = [
            models.UniqueConstraint(fields=["heat_user", "season_year"], name="one_fee_a_user_and_season"),
        ]

    def __str__(self) -> str:
        return self.number


class RoomSensor(models.Model):
    """A fixed thermometer in a heat user's room."""

    number = models.PositiveIntegerField(primary_key=True)
    code = models.CharField(max_length=20, unique=True)
    user = models.ForeignKey(HeatUser, on_delete=models.PROTECT, related_name="+")
    building = models.ForeignKey(Building, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["number"]


class RuralDevice(Asset):
    """A household's clean-heating device; ``name`` is the household's village and serial, never a person's name."""

    platform = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    village = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    device_type = models.CharField(max_length=20, choices=DeviceType.choices)
    rated_kw = models.FloatField()
    floor_area_m2 = models.FloatField()
    horsepower = models.PositiveSmallIntegerField("匹数", null=True, blank=True)  # heat pumps: 4, 5, 6
    terminal = models.CharField("末端形式", max_length=10, choices=Terminal.choices, blank=True)
    auxiliary = models.CharField("辅助热源", max_length=10, choices=SolarAuxiliary.choices, blank=True)


class WeatherStation(Asset):
    operator = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")


class Pipe(models.Model):
    """A pipe run; its line lives in the twin's geometry under the same number, its first vertex here."""

    number = models.PositiveIntegerField(primary_key=True)
    code = models.CharField(max_length=20, unique=True)
    district = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    longitude = models.FloatField()
    latitude = models.FloatField()
    medium = models.CharField(max_length=10, choices=PipeMedium.choices)
    diameter_mm = models.PositiveSmallIntegerField()
    length_m = models.FloatField()
    built_year = models.PositiveSmallIntegerField()
    company = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    branch = models.ForeignKey(Branch, null=True, on_delete=models.PROTECT, related_name="+")
    boiler_room = models.ForeignKey(BoilerRoom, null=True, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["number"]


class Valve(Asset):
    """A valve on a pipe; ``along`` is its share of the pipe's line from the first vertex, 0 to 1."""

    pipe = models.ForeignKey(Pipe, on_delete=models.PROTECT, related_name="+")
    along = models.FloatField()
    diameter_mm = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10, choices=ValveKind.choices)
    is_normally_open = models.BooleanField(default=True)


class PlannedOutage(models.Model):
    """An announced interruption of supply at one object and all it supplies: ``[start_at, end_at)`` is no fault."""

    object_kind = models.CharField("对象类型", max_length=12, choices=OutageKind.choices)
    object_number = models.PositiveIntegerField("对象编号")
    start_at = models.DateTimeField("开始")
    end_at = models.DateTimeField("结束")
    reason = models.CharField("原因", max_length=200)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-start_at", "-id"]
        indexes = [models.Index(fields=["end_at", "start_at"], name="outage_window")]
        constraints = [
            models.CheckConstraint(condition=models.Q(end_at__gt=models.F("start_at")), name="outage_ends_after_start")
        ]

    def __str__(self) -> str:
        return f"{self.object_kind} {self.object_number}"

    def clean(self) -> None:
        if self.start_at and self.end_at and self.end_at <= self.start_at:
            raise ValidationError({"end_at": "结束时间应晚于开始时间"})


class ArchiveVersion(models.Model):
    """One published state of the archive: whatever is cached from it carries the version's name."""

    name = models.CharField(max_length=32, unique=True)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name
