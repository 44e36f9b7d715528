"""The few fields that tests of the rule language speak of, and formulas made at random from its grammar."""

from __future__ import annotations

from hypothesis import strategies as st

from cleanheat.calc.expressions import Field, Vocabulary

FIELDS = (
    Field("t_sup", "供水温度", "℃"),
    Field("t_ret", "回水温度", "℃"),
    Field("p", "供水压力", "MPa"),
    Field("flow", "流量", "t/h"),
    Field("heat", "瞬时热量", "GJ/h"),
    Field("power", "热功率", "MW"),
    Field("pm25", "PM2.5", "µg/m³"),
    Field("on", "运行", type="flag"),
    Field("area", "供热面积", "m²", group="attribute"),
    Field("limit", "限值", "℃", group="parameter"),
    Field("step", "升温限值", "℃/min", group="parameter"),
    Field("name", "名称", type="text", group="attribute"),
    Field("owner", "联系人", type="text", group="attribute"),
    Field("plain_a", "甲"),
    Field("plain_b", "乙"),
    Field("plain_c", "丙"),
)
UNITS_OF_STATION = Vocabulary([Field("q", "机组热量", "GJ/h")])
CITY = Vocabulary(FIELDS, {"unit": ("unit", UNITS_OF_STATION), "机组": ("unit", UNITS_OF_STATION)})

_LEAVES = ("plain_a", "乙", "plain_c", "上次(甲)", "avg(乙, 10)", "quantile(丙, 30, 0.9)", "robust_z(丙, 20)")
_CONSTANTS = ("0", "1", "2.5", "1e3", "0.001", "1e200", "1e-200")


def _binary(parts: st.SearchStrategy[str], signs: tuple[str, ...]) -> st.SearchStrategy[str]:
    return st.tuples(parts, st.sampled_from(signs), parts).map(lambda t: f"({t[0]} {t[1]} {t[2]})")


def _truths(number: st.SearchStrategy[str], depth: int) -> st.SearchStrategy[str]:
    base = st.one_of(
        _binary(number, ("<", "<=", ">", ">=", "==", "!=", "＞", "≤")),
        st.tuples(number, number, number).map(lambda t: f"({t[0]} < {t[1]} <= {t[2]})"),
        st.tuples(number, number, number).map(lambda t: f"between({t[0]}, {t[1]}, {t[2]})"),
        number.map(lambda n: f"缺失({n})"),
        st.just("on"),
    )
    if depth <= 0:
        return base
    inner = _truths(number, depth - 1)
    return st.one_of(
        base,
        _binary(inner, ("and", "or", "且", "或")),
        inner.map(lambda t: f"(not {t})"),
        st.tuples(inner, inner, inner).map(lambda t: f"where({t[0]}, {t[1]}, {t[2]})"),
        inner.map(lambda t: f"isnull({t})"),
    )


def numbers(depth: int = 3) -> st.SearchStrategy[str]:
    """Texts of numbers: every operation, missing operands and zero divisors included."""
    base = st.one_of(st.sampled_from(_LEAVES), st.sampled_from(_CONSTANTS))
    if depth <= 0:
        return base
    inner = numbers(depth - 1)
    return st.one_of(
        base,
        _binary(inner, ("+", "-", "*", "/")),
        st.tuples(inner, st.sampled_from(("2", "3", "0.5", "-1", "0"))).map(lambda t: f"({t[0]} ** {t[1]})"),
        st.tuples(st.sampled_from(("abs", "-", "sqrt", "exp", "log10", "sign", "round")), inner).map(
            lambda t: f"{t[0]}({t[1]})"
        ),
        st.tuples(st.sampled_from(("min", "max", "coalesce")), inner, inner, inner).map(
            lambda t: f"{t[0]}({t[1]}, {t[2]}, {t[3]})"
        ),
        st.tuples(inner, inner, inner).map(lambda t: f"clip({t[0]}, {t[1]}, {t[2]})"),
        st.tuples(inner, _truths(inner, 0), inner).map(lambda t: f"({t[0]} if {t[1]} else {t[2]})"),
        inner.map(lambda n: f"round({n}, 2)"),
    )


def truths(depth: int = 2) -> st.SearchStrategy[str]:
    """Texts of conditions."""
    return _truths(numbers(depth), depth)
