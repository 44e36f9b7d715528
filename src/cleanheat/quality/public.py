"""What other rooms may ask of quality: judge a frame, who is silent, how good was the last hour."""

from cleanheat.quality import rules as _rules  # noqa: F401 - the rules declare themselves
from cleanheat.quality.contents import CLASS_OF_KIND
from cleanheat.quality.declarations import RULES, QualityRule, parameters_of
from cleanheat.quality.judging import judge
from cleanheat.quality.monitoring import Monitor, Tally
from cleanheat.quality.queries import active_specs, alarm_source, record_specs, rule_names, rules_version
from cleanheat.quality.silence import GATEWAY_LOST, SilenceWatch

__all__ = [
    "CLASS_OF_KIND",
    "GATEWAY_LOST",
    "RULES",
    "Monitor",
    "QualityRule",
    "SilenceWatch",
    "Tally",
    "active_specs",
    "alarm_source",
    "judge",
    "parameters_of",
    "record_specs",
    "rule_names",
    "rules_version",
]
