"""What other rooms may ask of diagnosis: the models that run on every minute, and the same judgement over a past."""

from cleanheat.calc.anomaly.supply_stopped import Stop, over_history
from cleanheat.diagnosis.forecast.actions import keep as keep_forecast
from cleanheat.diagnosis.forecast.reading import Issue as ForecastIssue
from cleanheat.diagnosis.guidance.words import ADVICE
from cleanheat.diagnosis.live.devices_now import COMMON as DEVICE_STATES
from cleanheat.diagnosis.live.installed import install as install_live
from cleanheat.diagnosis.live.installed import running as live
from cleanheat.diagnosis.live.judging import LiveDiagnosis
from cleanheat.diagnosis.live.saying import device_key, source_key
from cleanheat.diagnosis.rechecking import Recheck, recheck
from cleanheat.diagnosis.service.source import SERVICE_QUALITY
from cleanheat.diagnosis.supply_stopped import SUPPLY_STOPPED, SupplyStopped, limits, outdoor_temp_c, stops_in_past
from cleanheat.diagnosis.teaching import learn_handled, measure_first, train_first
from cleanheat.diagnosis.vocabulary import BY_CODE, State
from cleanheat.diagnosis.whole_kinds import (
    COLD_ROOM_C,
    OpenFindings,
    finding_texts,
    open_findings,
    supply_gaps_k,
)

__all__ = [
    "ADVICE",
    "BY_CODE",
    "COLD_ROOM_C",
    "DEVICE_STATES",
    "SERVICE_QUALITY",
    "SUPPLY_STOPPED",
    "ForecastIssue",
    "LiveDiagnosis",
    "OpenFindings",
    "Recheck",
    "State",
    "Stop",
    "SupplyStopped",
    "device_key",
    "finding_texts",
    "install_live",
    "keep_forecast",
    "learn_handled",
    "limits",
    "live",
    "measure_first",
    "open_findings",
    "outdoor_temp_c",
    "over_history",
    "recheck",
    "source_key",
    "stops_in_past",
    "supply_gaps_k",
    "train_first",
]
