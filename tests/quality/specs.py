"""A handful of rules that engine tests judge by, written as people would write them."""

from cleanheat.kernel.parameters import Parameter
from cleanheat.kernel.quantities import KINDS
from cleanheat.kernel.verdicts import Verdict
from cleanheat.quality.specs import RuleSpec
from cleanheat.quality.vocabulary import Dimension, Family


def spec(number, code, kind, expression, family=Family.CORRELATED, **more):
    """One rule with sensible defaults; ``parameters`` are plain numbers."""
    given = {name: Parameter(value, "", name, "test") for name, value in more.pop("parameters", {}).items()}
    return RuleSpec(
        number, 1, code, more.pop("zh", code), family, Dimension.ACCURACY, kind, expression, parameters=given, **more
    )


def signals(kind, counters=None):
    return tuple(s.code for s in KINDS[kind].signals if counters is None or s.is_counter == counters)


def basic(kinds=tuple(KINDS)):
    """Missing, out of range, all channels zero, counter fell: of every kind."""
    rules = []
    for kind in kinds:
        every, n = signals(kind), 10 * len(rules)
        rules += [
            spec(n + 1, f"missing_{kind}", kind, "not 缺失(值)", Family.COMPLETENESS, each=every,
                 verdict=Verdict.MISSING, zh="数值缺失"),
            spec(n + 2, f"range_{kind}", kind, "介于(值, 下限, 上限)", Family.BOUNDARY, each=every,
                 verdict=Verdict.BAD, zh="数值超出合理范围"),
        ]  # fmt: skip
        if counters := signals(kind, counters=True):
            rules += [
                spec(n + 3, f"all_zero_{kind}", kind, "not 通道全零()", Family.COMPLETENESS, marks=every,
                     verdict=Verdict.MISSING),
                spec(n + 4, f"counter_fell_{kind}", kind, "变化(值) >= 0", Family.CORRELATED, each=counters),
            ]  # fmt: skip
    return tuple(rules)


class Fixed:
    """A library that changes only when a test says so."""

    def __init__(self, specs=None):
        self.rules, self.changes = basic() if specs is None else tuple(specs), 1

    def version(self):
        return self.changes

    def specs(self):
        return self.rules

    def publish(self, *specs):
        self.rules, self.changes = tuple(specs), self.changes + 1
