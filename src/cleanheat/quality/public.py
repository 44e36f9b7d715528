"""What other rooms may ask of quality: judge a minute, which rules, who is silent, how good was the last hour."""

from cleanheat.quality.contents import CLASS_OF_KIND
from cleanheat.quality.engine.compiled import RuleSet
from cleanheat.quality.engine.history import History
from cleanheat.quality.engine.judging import Judge, Judged
from cleanheat.quality.engine.rejudging import Example, Rejudged, rejudge
from cleanheat.quality.judging import Library, MinuteJudge
from cleanheat.quality.monitoring import Monitor, Tally
from cleanheat.quality.parameter_tables import parameters_of
from cleanheat.quality.queries import active_specs, alarm_source, record_specs, rule_names, rules_version
from cleanheat.quality.rechecking import Recheck, recheck
from cleanheat.quality.records.tallying import RecordCounts, data_classes, record_counts
from cleanheat.quality.refetch import answers as refetched
from cleanheat.quality.regularities import Regularities
from cleanheat.quality.silence import GATEWAY_LOST, SilenceWatch
from cleanheat.quality.upload_watch import KIND_INTERRUPTED, MISMATCH, UploadWatch

__all__ = [
    "CLASS_OF_KIND",
    "GATEWAY_LOST",
    "KIND_INTERRUPTED",
    "MISMATCH",
    "Example",
    "History",
    "Judge",
    "Judged",
    "Library",
    "MinuteJudge",
    "Monitor",
    "Recheck",
    "RecordCounts",
    "Regularities",
    "Rejudged",
    "RuleSet",
    "SilenceWatch",
    "Tally",
    "UploadWatch",
    "active_specs",
    "alarm_source",
    "data_classes",
    "parameters_of",
    "recheck",
    "record_counts",
    "record_specs",
    "refetched",
    "rejudge",
    "rule_names",
    "rules_version",
]
