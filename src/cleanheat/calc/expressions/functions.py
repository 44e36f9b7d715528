"""Which functions the language has: names, arguments, meaning, unit, and what they may cost."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from cleanheat.calc.expressions.fields import name_of

Sort = Literal["pure", "reading", "text"]
Argument = Literal[
    "number", "truth", "branch", "any", "digits", "signal", "signal2", "minutes", "share", "kind", "relative",
    "text_field", "pattern", "list", "text",
]  # fmt: skip
UnitRule = Literal["same", "none", "per_min", "per_h", "min", "truth"]

MAX_WINDOW_MIN: Final = 60
PREVIOUS_MIN: Final = 5


@dataclass(frozen=True)
class Function:
    """One function.

    ``arguments`` are the kinds of argument in order, those after ``required`` may be left out; ``variadic`` repeats
    the last.  ``cost_ns`` (and ``cost_ns_per_min`` of window) bound the CPU time a row.
    """

    key: str
    zh: str
    signature: str
    meaning: str
    sort: Sort
    arguments: tuple[Argument, ...]
    unit: UnitRule = "same"
    required: int = -1
    variadic: bool = False
    lookback_min: int = 0
    cost_ns: float = 1.0
    cost_ns_per_min: float = 0.0

    @property
    def least(self) -> int:
        return len(self.arguments) if self.required < 0 else self.required

    @property
    def is_flag(self) -> bool:
        """Whether the result is a condition (0 or 1)."""
        return self.unit == "truth"


def _window(key: str, zh: str, meaning: str, cost: float, unit: UnitRule = "same") -> Function:
    """A function over the last minutes of one signal."""
    return Function(
        key, zh, f"{zh}(信号, 分钟数)", meaning, "reading", ("signal", "minutes"), unit, cost_ns_per_min=cost
    )


def _previous(key: str, zh: str, meaning: str, unit: UnitRule, lookback_min: int = PREVIOUS_MIN) -> Function:
    """A function of a signal and its last trusted value."""
    return Function(
        key, zh, f"{zh}(信号)", meaning, "reading", ("signal",), unit, lookback_min=lookback_min, cost_ns=4.0
    )


def _usual(key: str, zh: str, meaning: str) -> Function:
    """A function of one signal's own regularities."""
    return Function(key, zh, f"{zh}(信号)", meaning, "reading", ("signal",), cost_ns=20.0)


def _text(key: str, zh: str, second: Argument | None, signature: str, meaning: str, unit: UnitRule) -> Function:
    arguments: tuple[Argument, ...] = ("text_field",) if second is None else ("text_field", second)
    return Function(key, zh, signature, meaning, "text", arguments, unit, cost_ns=5.0)


_PURE = (
    Function("abs", "绝对值", "绝对值(数)", "去掉正负号", "pure", ("number",)),
    Function("min", "较小", "较小(数, 数, …)", "其中最小的一个", "pure", ("number", "number"), variadic=True),
    Function("max", "较大", "较大(数, 数, …)", "其中最大的一个", "pure", ("number", "number"), variadic=True),
    Function("clip", "限幅", "限幅(数, 下限, 上限)", "限制在下限与上限之间", "pure", ("number",) * 3, cost_ns=2.0),
    Function("where", "如果", "如果(条件, 是, 否)", "条件成立取前者，否则取后者；只看被取的一个", "pure",
             ("truth", "branch", "branch"), cost_ns=4.0),
    Function("between", "介于", "介于(数, 下限, 上限)", "不小于下限且不大于上限", "pure", ("number",) * 3, "truth",
             cost_ns=2.0),
    Function("isnull", "缺失", "缺失(数)", "没有值或算不出来；唯一不因缺值而不适用的条件", "pure", ("any",), "truth",
             cost_ns=2.0),
    Function("coalesce", "否则取", "否则取(数, 数, …)", "第一个有值的", "pure", ("number", "number"), variadic=True,
             cost_ns=4.0),
    Function("sqrt", "平方根", "平方根(数)", "负数不适用", "pure", ("number",), "none", cost_ns=3.0),
    Function("exp", "指数", "指数(数)", "e 的幂", "pure", ("number",), "none", cost_ns=8.0),
    Function("log10", "常用对数", "常用对数(数)", "以 10 为底，须为正数", "pure", ("number",), "none", cost_ns=12.0),
    Function("sign", "符号", "符号(数)", "正 1，零 0，负 −1", "pure", ("number",), "none"),
    Function("round", "取整", "取整(数[, 小数位])", "四舍六入五成双到给定小数位", "pure",
             ("number", "digits"), required=1, cost_ns=3.0),
)  # fmt: skip

_READING = (
    _previous("prev", "上次", "上一个可信值，最多 5 分钟之前；累计量最多 7 天之前", "same"),
    _previous("delta", "变化", "本值减去上一个可信值", "same"),
    _previous("rate", "变化率", "每分钟变化多少", "per_min"),
    _previous("unchanged_min", "不变分钟", "原始值已有多少分钟没有变化", "min", MAX_WINDOW_MIN),
    _window("avg", "平均", "窗口内（含本分钟）的平均", 2.5),
    _window("std", "标准差", "窗口内的标准差", 5.5),
    _window("min_of", "最小", "窗口内的最小值", 0.5),
    _window("max_of", "最大", "窗口内的最大值", 0.5),
    _window("median", "中位", "窗口内的中位数", 6.0),
    _window("count", "计数", "窗口内有值的分钟数", 0.6, "none"),
    Function("quantile", "分位", "分位(信号, 分钟数, 0 到 1)", "窗口内的分位数", "reading",
             ("signal", "minutes", "share"), cost_ns_per_min=6.0),
    _window("slope", "斜率", "窗口内的线性趋势，每小时", 6.5, "per_h"),
    _window("robust_z", "稳健偏离", "偏离窗口中位数多少个稳健标准差", 13.0, "none"),
    Function("sum_children", "下级合计", "下级合计(类别, 信号)", "下级全部对象之和，缺一个即不适用", "reading",
             ("kind", "relative"), cost_ns=30.0),
    Function("parent", "上级", "上级(类别, 信号)", "所属上级对象的值", "reading", ("kind", "relative"), cost_ns=10.0),
    Function("peers_median", "同源中位", "同源中位(信号)", "同一热源（室温：同一机组，气象：全部站）的中位数",
             "reading", ("signal",), cost_ns=60.0),
    _usual("usual_low", "常态下限", "该对象在当前季节和室外温度下的常见下限"),
    _usual("usual_high", "常态上限", "该对象在当前季节和室外温度下的常见上限"),
    _usual("usual_mid", "常态值", "该对象在当前季节和室外温度下的常见值"),
    _usual("drift", "漂移", "估计的传感器漂移"),
    Function("row_all_zero", "通道全零", "通道全零()", "该对象本分钟全部信号都是 0", "reading", (), "truth",
             cost_ns=20.0),
    Function("swapped", "疑似互换", "疑似互换(信号, 信号)", "两个信号像是接反了", "reading",
             ("signal", "signal2"), "truth", cost_ns=40.0),
)  # fmt: skip

_TEXT = (
    _text("match", "符合格式", "pattern", '符合格式(文本, "格式")', "整个文本符合正则格式", "truth"),
    _text("one_of", "属于代码表", "list", '属于代码表(文本, "代码表名")', "是代码表中的一个", "truth"),
    _text("contains", "包含", "text", '包含(文本, "文字")', "其中出现这段文字", "truth"),
    _text("equals", "等于文字", "text", '等于文字(文本, "文字")', "与这段文字相同，也可写 ==", "truth"),
    _text("same", "文字相同", "text_field", "文字相同(文本, 文本)", "两个文本相同，也可写 ==", "truth"),
    _text("length", "长度", None, "长度(文本)", "字符数", "none"),
    _text("is_empty", "为空", None, "为空(文本)", "没有填写", "truth"),
)  # fmt: skip

FUNCTIONS: Final = MappingProxyType({f.key: f for f in (*_PURE, *_READING, *_TEXT)})
_BY_NAME: Final = MappingProxyType({name_of(name): f for f in FUNCTIONS.values() for name in (f.key, f.zh)})


def find_function(name: str) -> Function | None:
    """The function of that key or Chinese name."""
    return _BY_NAME.get(name_of(name))
