"""Whether a text is a formula of the language, and which: parse, check names, types and units, or refuse with a place.

Safety is by construction: only the node types named here are translated, into our own tree; nothing of Python's is ever
evaluated.  Every number is a float, exponents are small constants, sizes are bounded before and after parsing.
"""

from __future__ import annotations

import ast
import difflib
import math
from types import MappingProxyType
from typing import Final, Literal

from cleanheat.calc.expressions import calls
from cleanheat.calc.expressions.costs import MAX_COST_NS, cost_ns, lookback_min
from cleanheat.calc.expressions.fields import Field, Vocabulary, name_of
from cleanheat.calc.expressions.functions import find_function
from cleanheat.calc.expressions.tree import Apply, Expression, ExpressionError, FieldLeaf, Node, Number, Read, walk
from cleanheat.calc.expressions.typed import Typed, as_truth
from cleanheat.calc.expressions.units import ANY, Measure, common, measure, product, quotient
from cleanheat.calc.expressions.wording import MAX_CHARACTERS, Wording, refusal, reword

__all__ = ["Expression", "ExpressionError", "parse"]

MAX_NODES: Final = 400
MAX_DEPTH: Final = 40
MAX_EXPONENT: Final = 8.0
_ARITHMETIC: Final = MappingProxyType({ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**"})
_COMPARISONS: Final = MappingProxyType(
    {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="}
)


def parse(text: str, vocabulary: Vocabulary, expects: Literal["truth", "number"] = "truth") -> Expression:
    """The checked formula of ``text``; raises ``ExpressionError`` (Chinese, with line and column) and nothing else."""
    wording = reword(text, lambda name: vocabulary.find(name) is not None or find_function(name) is not None)
    checker = _Checker(vocabulary, wording)
    body = checker.read()
    whole = checker.truth(body) if expects == "truth" else checker.number(body)
    nodes = tuple(walk(whole.node))
    cost = cost_ns(whole.node)
    if cost > MAX_COST_NS:
        raise refusal(text, f"公式计算量过大（每行约 {cost:.0f} 纳秒，至多 {MAX_COST_NS:.0f}）：请缩短窗口", 0)
    return Expression(
        text=text,
        tree=whole.node,
        leaves=tuple(dict.fromkeys(n.leaf for n in nodes if isinstance(n, Read))),
        is_truth=whole.sort == "truth",
        unit=whole.measure.unit,
        operations=sum(isinstance(n, Apply) for n in nodes),
        lookback_min=lookback_min(whole.node),
        cost_ns=cost,
    )


class _Checker:
    """One pass over one parsed text; every method refuses with the place of the part at fault."""

    def __init__(self, vocabulary: Vocabulary, wording: Wording) -> None:
        self.vocabulary = vocabulary
        self.wording = wording
        self._bytes = wording.plain.encode()
        self._depth = 0

    def read(self) -> ast.expr:
        """Python's syntax tree of the whole text, not larger than allowed."""
        if not self.wording.plain.strip():
            raise refusal(self.wording.source, "公式是空的", 0)
        try:
            body = ast.parse(self.wording.plain, mode="eval").body
        except SyntaxError as error:
            raise self.wording.error(_syntax(error, self.wording.plain), (error.offset or MAX_CHARACTERS) - 1) from None
        except (ValueError, MemoryError, RecursionError, OverflowError):
            raise refusal(self.wording.source, "公式无法解析：嵌套过深或数字过大", 0) from None
        if sum(isinstance(n, ast.expr) for n in ast.walk(body)) > MAX_NODES:
            raise refusal(self.wording.source, f"公式过大：最多 {MAX_NODES} 个部分", 0)
        return body

    def error(self, message: str, node: ast.AST) -> ExpressionError:
        """A refusal at a part of the text."""
        offset = getattr(node, "col_offset", 0)
        return self.wording.error(message, len(self._bytes[:offset].decode()))

    def check(self, node: ast.expr) -> Typed:
        """Any part, a number or a condition."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise self.error(f"公式嵌套过深：最多 {MAX_DEPTH} 层", node)
        try:
            return self._by_type(node)
        finally:
            self._depth -= 1

    def number(self, node: ast.expr) -> Typed:
        """A part that must be a number."""
        part = self.check(node)
        if part.sort != "number":
            raise self.error("这里需要数值，而不是条件；可用 如果(条件, 1, 0)", node)
        return part

    def truth(self, node: ast.expr) -> Typed:
        """A part that must be a condition."""
        part = as_truth(self.check(node))
        if part is None:
            raise self.error("这里需要条件（比较、且、或、非），而不是数值", node)
        return part

    def field(self, node: ast.expr, vocabulary: Vocabulary | None = None) -> Field:
        """The field a name stands for."""
        if not isinstance(node, ast.Name):
            raise self.error("这里需要字段名", node)
        words = vocabulary or self.vocabulary
        found = words.find(node.id)
        if found is None:
            near = difflib.get_close_matches(name_of(node.id), words.names(), 1)
            raise self.error(f"未知的名称“{node.id}”" + (f"，是否指“{near[0]}”？" if near else ""), node)
        return found

    def text(self, node: ast.expr) -> str | None:
        """The quoted text a part is, or ``None``."""
        if not (isinstance(node, ast.Constant) and isinstance(node.value, str)):
            return None
        if node.value not in self.wording.texts:
            raise self.error("两段文字之间缺少逗号", node)
        return self.wording.texts[node.value]

    def unify(self, parts: list[Typed], at: list[ast.expr]) -> Measure:
        """The measure of parts that are added or compared; refuses when they do not go together."""
        whole: Measure = ANY
        for part, node in zip(parts, at, strict=True):
            both = common(whole, part.measure)
            if both is None:
                raise self.error(f"单位不一致：{whole.unit} 与 {part.measure.unit} 不能相加减或比较", node)
            whole = both
        return whole

    def _by_type(self, node: ast.expr) -> Typed:
        match node:
            case ast.Constant():
                return self._constant(node)
            case ast.Name():
                return self._name(node)
            case ast.UnaryOp():
                return self._unary(node)
            case ast.BinOp():
                return self._binary(node)
            case ast.Compare():
                return self._comparison(node)
            case ast.BoolOp():
                sign = "and" if isinstance(node.op, ast.And) else "or"
                return Typed(_chain(sign, [self.truth(v).node for v in node.values]), "truth")
            case ast.IfExp():
                return calls.choice(self, node.test, node.body, node.orelse)
            case ast.Call():
                return calls.call(self, node)
            case _:
                raise self.error("公式中不能使用这种写法", node)

    def _constant(self, node: ast.Constant) -> Typed:
        if self.text(node) is not None:
            raise self.error("文字只能与文本字段比较，或作为文本函数的参数", node)
        if isinstance(node.value, bool) or not isinstance(node.value, int | float):
            raise self.error("公式中不能使用这种写法", node)
        try:
            value = float(node.value)
        except OverflowError:
            value = math.inf
        if not math.isfinite(value):
            raise self.error("数字过大", node)
        return Typed(Number(value), "number")

    def _name(self, node: ast.Name) -> Typed:
        field = self.field(node)
        if field.type == "text":
            raise self.error(f"“{field.zh}”是文本：只能与文字比较，或用于文本函数", node)
        is_flag = field.type == "flag"
        read = Read(FieldLeaf(field.code), field.zh, measure(field.unit).unit, is_flag)
        return Typed(read, "number", ANY if is_flag else measure(field.unit), is_flag)

    def _unary(self, node: ast.UnaryOp) -> Typed:
        if isinstance(node.op, ast.Not):
            return Typed(Apply("not", (self.truth(node.operand).node,)), "truth")
        if not isinstance(node.op, ast.USub | ast.UAdd):
            raise self.error("公式中不能使用这种写法", node)
        part = self.number(node.operand)
        if isinstance(node.op, ast.UAdd):
            return Typed(part.node, "number", part.measure)
        negative = Number(-part.node.value) if isinstance(part.node, Number) else Apply("neg", (part.node,))
        return Typed(negative, "number", part.measure)

    def _binary(self, node: ast.BinOp) -> Typed:
        sign = _ARITHMETIC.get(type(node.op))
        if sign is None:
            raise self.error("公式中只能使用 + - * / ** 运算", node)
        left, right = self.number(node.left), self.number(node.right)
        if sign == "**":
            exponent = right.node
            if not isinstance(exponent, Number) or abs(exponent.value) > MAX_EXPONENT:
                raise self.error(f"指数必须是常数，且绝对值不超过 {MAX_EXPONENT:.0f}", node.right)
            unit = ANY
        elif sign in "+-":
            unit = self.unify([left, right], [node.left, node.right])
        else:
            unit = (product if sign == "*" else quotient)(left.measure, right.measure)
        return Typed(Apply(sign, (left.node, right.node)), "number", unit)

    def _comparison(self, node: ast.Compare) -> Typed:
        operands = [node.left, *node.comparators]
        if len(operands) == 2 and any(map(calls.is_text(self), operands)):
            return calls.text_comparison(self, node)
        signs = [_COMPARISONS.get(type(op)) for op in node.ops]
        if None in signs:
            raise self.error("公式中不能使用 in、is", node)
        parts = [self.number(operand) for operand in operands]
        self.unify(parts, operands)
        pairs: list[Node] = [
            Apply(str(sign), (a.node, b.node)) for sign, a, b in zip(signs, parts, parts[1:], strict=False)
        ]
        return Typed(_chain("and", pairs), "truth")


def _chain(sign: str, parts: list[Node]) -> Node:
    """One operation over all parts, flat; a single part stands for itself."""
    return parts[0] if len(parts) == 1 else Apply(sign, tuple(parts))


def _syntax(error: SyntaxError, plain: str) -> str:
    """What is wrong, in the words of someone who writes rules."""
    message = error.msg or ""
    if "never closed" in message or "unmatched" in message or plain.count("(") != plain.count(")"):
        return "括号没有配对"
    if "number" in message or "literal" in message or "digits" in message:
        return "数字写法有误"
    if "else" in message:
        return "“甲 if 条件 else 乙”没有写完"
    return "写法有误或不完整"
