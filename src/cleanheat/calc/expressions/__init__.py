"""The rule language: formulas people write over readings, archives and weather, checked once, run three ways.

``parse`` turns text into an ``Expression``; ``compile_blocks`` runs it over arrays, ``evaluate`` over single values,
``describe`` says it in Chinese.  ``docs/algorithms/rule-language.md`` describes the language.
"""

from cleanheat.calc.expressions.blocks import BLOCK_ROWS, Outcome, Program, compile_blocks
from cleanheat.calc.expressions.fields import Field, Vocabulary, name_of
from cleanheat.calc.expressions.functions import FUNCTIONS
from cleanheat.calc.expressions.parsing import parse
from cleanheat.calc.expressions.printing import describe
from cleanheat.calc.expressions.scalar import Result, evaluate
from cleanheat.calc.expressions.tree import Expression, ExpressionError, FieldLeaf, Leaf, ReadingLeaf

__all__ = [
    "BLOCK_ROWS", "FUNCTIONS", "Expression", "ExpressionError", "Field", "FieldLeaf", "Leaf", "Outcome", "Program",
    "ReadingLeaf", "Result", "Vocabulary", "compile_blocks", "describe", "evaluate", "name_of", "parse",
]  # fmt: skip
