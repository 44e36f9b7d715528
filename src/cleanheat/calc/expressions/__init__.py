"""The rule language: formulas people write over readings, archives and weather, checked once, run three ways.

``parsing.parse`` turns text into an ``Expression``; ``blocks.compile_blocks`` runs it over arrays, ``scalar.evaluate``
over single values, ``printing.describe`` says it in Chinese.  ``docs/algorithms/rule-language.md`` describes it.
"""
