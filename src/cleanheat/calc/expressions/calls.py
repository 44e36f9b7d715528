"""Whether a function is called rightly: arguments by kind, texts where texts belong, windows as constants."""

from __future__ import annotations

import ast
from collections.abc import Callable

from cleanheat.calc.expressions.fields import Field, Vocabulary
from cleanheat.calc.expressions.functions import FUNCTIONS, MAX_WINDOW_MIN, Argument, Function, find_function
from cleanheat.calc.expressions.patterns import refuse_pattern
from cleanheat.calc.expressions.tree import Apply, Node, Number, Read, ReadingLeaf
from cleanheat.calc.expressions.typed import Checker, Typed, as_truth
from cleanheat.calc.expressions.units import ANY, Measure, measure, per

MAX_DIGITS = 9


def call(checker: Checker, node: ast.Call) -> Typed:
    """One call of a function of the registry."""
    function = find_function(node.func.id) if isinstance(node.func, ast.Name) else None
    if function is None:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        raise checker.error(f"未知的函数“{name}”" if name else "公式中不能使用这种写法", node.func)
    if node.keywords or any(isinstance(a, ast.Starred) for a in node.args):
        raise checker.error(f"函数 {function.signature} 的参数只按顺序书写", node)
    count, most = len(node.args), len(function.arguments)
    if count < function.least or (count > most and not function.variadic):
        raise checker.error(f"参数个数不对，应为 {function.signature}", node)
    if function.key == "where":
        return choice(checker, *node.args)
    if function.sort == "pure":
        return _pure(checker, function, node.args)
    return _reading(checker, function, node)


def choice(checker: Checker, test: ast.expr, yes: ast.expr, no: ast.expr) -> Typed:
    """``yes if test else no``: two numbers of one unit, or two conditions."""
    condition, parts = checker.truth(test), [checker.check(yes), checker.check(no)]
    if any(p.sort == "truth" for p in parts):
        truths = [checker.truth(yes), checker.truth(no)]
        return Typed(Apply("where", (condition.node, truths[0].node, truths[1].node)), "truth")
    unit = checker.unify(parts, [yes, no])
    both_flags = all(p.is_flag for p in parts)
    return Typed(Apply("where", (condition.node, parts[0].node, parts[1].node)), "number", unit, both_flags)


def is_text(checker: Checker) -> Callable[[ast.expr], bool]:
    """Whether a part is a quoted text or a text field."""

    def answer(node: ast.expr) -> bool:
        if isinstance(node, ast.Name):
            field = checker.vocabulary.find(node.id)
            return field is not None and field.type == "text"
        return checker.text(node) is not None

    return answer


def text_comparison(checker: Checker, node: ast.Compare) -> Typed:
    """``field == "text"``, ``"text" != field``, ``field == field``."""
    left, right = node.left, node.comparators[0]
    if not isinstance(node.ops[0], ast.Eq | ast.NotEq):
        raise checker.error("文字只能判断相等（==）或不等（!=）", node)
    if checker.text(left) is not None:
        left, right = right, left
    field, text = _text_field(checker, left), checker.text(right)
    if text is None:
        other = _text_field(checker, right)
        read = _read(FUNCTIONS["same"], field, (other.code,), f"{field.zh}与{other.zh}相同", ANY)
    else:
        read = _read(FUNCTIONS["equals"], field, (text,), f"{field.zh}为“{text}”", ANY)
    same: Node = Apply("truth", (read.node,))
    return Typed(same if isinstance(node.ops[0], ast.Eq) else Apply("not", (same,)), "truth")


def _pure(checker: Checker, function: Function, args: list[ast.expr]) -> Typed:
    if function.key == "isnull":
        return _is_null(checker, function, args[0])
    if function.key == "round":
        return _rounded(checker, args)
    parts = [checker.number(a) for a in args]
    unit = checker.unify(parts, args)
    node = Apply(function.key, tuple(p.node for p in parts))
    if function.unit == "truth":
        return Typed(node, "truth")
    return Typed(node, "number", ANY if function.unit == "none" else unit)


def _is_null(checker: Checker, function: Function, arg: ast.expr) -> Typed:
    if is_text(checker)(arg):
        field = _text_field(checker, arg)
        read = _read(FUNCTIONS["is_empty"], field, (), f"{field.zh}为空", ANY)
        return Typed(Apply("truth", (read.node,)), "truth")
    return Typed(Apply(function.key, (checker.check(arg).node,)), "truth")


def _rounded(checker: Checker, args: list[ast.expr]) -> Typed:
    part = checker.number(args[0])
    digits = _constant(checker, args[1], 0, MAX_DIGITS, whole=True) if len(args) > 1 else 0.0
    return Typed(Apply("round", (part.node, Number(digits))), "number", part.measure)


def _reading(checker: Checker, function: Function, node: ast.Call) -> Typed:
    """A function of history, surroundings or text: becomes one leaf."""
    subject: Field | None = None
    words: Vocabulary = checker.vocabulary
    args: list[float | str] = []
    shown: list[str] = []
    for kind, arg in zip(function.arguments, node.args, strict=False):
        if kind in {"signal", "relative", "text_field"} and subject is None:
            subject = _text_field(checker, arg) if kind == "text_field" else _number_field(checker, arg, words)
            shown.append(subject.zh)
        elif kind == "kind":
            code, words = _kind(checker, arg)
            args.append(code)
            shown.append(code)
        else:
            args.append(_constant_argument(checker, kind, arg))
            shown.append(f"{args[-1]:g}" if isinstance(args[-1], float) else f"“{args[-1]}”")
    zh = f"{function.zh}({'，'.join(shown)})"
    return _read(function, subject, tuple(args), zh, _unit(function, subject))


def _constant_argument(checker: Checker, kind: Argument, arg: ast.expr) -> float | str:
    if kind == "minutes":
        return _constant(checker, arg, 1, MAX_WINDOW_MIN, whole=True)
    if kind == "share":
        return _constant(checker, arg, 0, 1)
    if kind == "signal2":
        return _number_field(checker, arg, checker.vocabulary).code
    if kind == "text_field":
        return _text_field(checker, arg).code
    text = checker.text(arg)
    if text is None:
        raise checker.error("这里需要引号中的文字", arg)
    if kind == "pattern" and (reason := refuse_pattern(text)):
        raise checker.error(reason, arg)
    return text


def _constant(checker: Checker, arg: ast.expr, least: float, most: float, *, whole: bool = False) -> float:
    node = checker.number(arg).node
    if not isinstance(node, Number) or not least <= node.value <= most or (whole and node.value % 1):
        raise checker.error(f"这里需要{'整数' if whole else ''}常数，{least:g} 到 {most:g}", arg)
    return node.value


def _kind(checker: Checker, arg: ast.expr) -> tuple[str, Vocabulary]:
    """A kind of object by code or Chinese name, quoted or not, with the vocabulary of its signals."""
    name = arg.id if isinstance(arg, ast.Name) else checker.text(arg)
    if name is None:
        raise checker.error("这里需要对象类别", arg)
    kinds = checker.vocabulary.kinds
    if not kinds:
        return name, checker.vocabulary
    found = kinds.get(name)
    if found is None:
        raise checker.error(f"未知的对象类别“{name}”", arg)
    return found


def _number_field(checker: Checker, arg: ast.expr, words: Vocabulary) -> Field:
    field = checker.field(arg, words)
    if field.type == "text":
        raise checker.error(f"“{field.zh}”是文本，这里需要数值字段", arg)
    if field.group in {"attribute", "parameter"}:
        raise checker.error(f"“{field.zh}”没有历史，这里需要信号", arg)
    return field


def _text_field(checker: Checker, arg: ast.expr) -> Field:
    if not isinstance(arg, ast.Name):
        raise checker.error("这里需要文本字段", arg)
    field = checker.field(arg)
    if field.type != "text":
        raise checker.error(f"“{field.zh}”不是文本，不能与文字比较或用于文本函数", arg)
    return field


def _unit(function: Function, subject: Field | None) -> Measure:
    own = measure(subject.unit) if subject and subject.type == "number" else ANY
    rules = {"same": own, "per_min": per(own, "min"), "per_h": per(own, "h"), "min": measure("min")}
    return rules.get(function.unit, ANY)


def _read(function: Function, field: Field | None, args: tuple[float | str, ...], zh: str, unit: Measure) -> Typed:
    leaf = ReadingLeaf(function.key, field.code if field else "", args)
    return Typed(Read(leaf, zh, unit.unit, function.is_flag), "number", unit, function.is_flag)


__all__ = ["as_truth", "call", "choice", "is_text", "text_comparison"]
