"""The same 30 rules in Polars expressions, Pandera and Great Expectations; imported in a peer's own process only."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
from numpy.typing import NDArray

from bench.rules_frame import DISTRICT, FORMAT, HIGHEST, JUMP, NOW_S, SIGNALS, Table

Masks = NDArray[np.bool_]


def polars_frame(table: Table) -> pl.DataFrame:
    """Integer key, nulls for missing."""
    columns = {name: pl.Series(values, nan_to_null=True) for name, values in table.signals.items()}
    return pl.DataFrame({"point": table.point, "ts": table.ts, **columns})


def sound(table: Table) -> dict[str, pl.Expr]:
    """What sound rows fulfil, rule by rule; null where the rule does not apply."""
    c, first = pl.col, (pl.col("point") != pl.col("point").shift(1)).fill_null(True)
    flow = 4.187 * c("flow") * (c("t_sup") - c("t_ret")) / 3600
    lag = (NOW_S - c("ts")) / 60
    last = first.shift(-1).fill_null(True)
    twice = (c("ts") == c("ts").shift(1)) & ~first
    whole = pl.all_horizontal(twice, *(c(s).eq_missing(c(s).shift(1)) for s in SIGNALS))
    moved = first | (c("t_sup") != c("t_sup").shift(1)).fill_null(True)
    at = pl.int_range(pl.len())
    return {
        **{f"null.{s}": c(s).is_not_null() for s in SIGNALS},
        **{f"bound.{s}": (c(s) >= 0) & (c(s) <= HIGHEST[s]) for s in SIGNALS},
        **{
            f"jump.{s}": pl.when(first).then(None).otherwise((c(s) - c(s).shift(1)).abs() <= k) for s, k in JUMP.items()
        },
        "cross.temperature": c("t_sup") >= c("t_ret"),
        "cross.pressure": c("p_sup") > c("p_ret"),
        "cross.balance": (c("heat") - flow).abs()
        <= 0.15 * pl.when(flow.abs() > 0.1).then(flow.abs()).otherwise(pl.lit(0.1)),
        "cross.no_flow": pl.when(c("flow").is_null() | c("heat").is_null())
        .then(None)
        .otherwise((c("flow") > 1) | (c("heat") < 0.5)),
        "cross.difference": c("t_sup") - c("t_ret") <= 60,
        "twice.stamp": ~(twice | twice.shift(-1).fill_null(False)),
        "twice.row": ~(whole | whole.shift(-1).fill_null(False)),
        "time.late": lag <= 20,
        "time.future": lag >= 0,
        "time.stale": pl.when(last).then(lag <= 3),
        "code.format": pl.lit(_fits(table, FORMAT)).gather(c("point")),
        "code.district": pl.lit(_fits(table, DISTRICT)).gather(c("point")),
        "stuck.t_sup": at - pl.when(moved).then(at).forward_fill() < 5,
    }


def _fits(table: Table, pattern: str) -> pl.Series:
    return pl.Series(table.matches(pattern) > 0)


def failing(table: Table) -> list[pl.Expr]:
    """The masks of failing rows, ready to be asked for."""
    return [(~e).fill_null(False).alias(code) for code, e in sound(table).items()]


def by_polars(failing: list[pl.Expr], frame: pl.DataFrame) -> Masks:
    """Masks of failing rows, and whether any rule failed, in one pass."""
    found = frame.lazy().select(failing).with_columns(pl.any_horizontal(pl.all()).alias("any")).collect()
    return np.array([found[code].to_numpy() for code in found.columns[:-1]])


def pandera_schema(table: Table) -> Any:
    """The 30 rules as checks of a schema, on the same expressions."""
    import pandera.polars as pa

    def check(code: str, expression: pl.Expr) -> Any:
        return pa.Check(lambda data: data.lazyframe.select(expression.fill_null(True)), name=code, ignore_na=False)

    columns = {s: pa.Column(pl.Float64, nullable=True) for s in SIGNALS}
    return pa.DataFrameSchema(columns, checks=[check(code, e) for code, e in sound(table).items()])


def by_pandera(schema: Any, frame: pl.DataFrame, codes: list[str]) -> Masks:
    """Lazy validation with all failure cases, as masks."""
    import pandera.errors

    rules = {code: i for i, code in enumerate(codes)}
    masks = np.zeros((len(rules), frame.height), dtype=np.bool_)
    try:
        schema.validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as errors:
        for (code,), cases in errors.failure_cases.group_by("check"):
            masks[rules[str(code)], cases["index"].to_numpy()] = True
    return masks


def pandas_frame(table: Table, frame: pl.DataFrame) -> pd.DataFrame:
    """Codes as text and a row key, as Great Expectations is used."""
    out = pd.DataFrame({"code": np.array(table.codes, dtype=object)[table.point], "ts": table.ts, **table.signals})
    out["row"] = np.arange(frame.height)
    return out


def by_great_expectations(table: Table, frame: pl.DataFrame, held: pd.DataFrame, codes: list[str]) -> Masks:
    """``COMPLETE`` results with row keys; what one expectation cannot say comes as a column of 0 and 1."""
    import great_expectations as gx
    import great_expectations.expectations as gxe

    wanted = {c: e for c, e in sound(table).items() if not c.startswith(("null", "bound", "code", "cross.p"))}
    derived = frame.lazy().select(e.cast(pl.Float64).alias(code) for code, e in wanted.items()).collect()
    held = held.assign(**{code: derived[code].to_numpy() for code in derived.columns})
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = gx.data_context.types.base.ProgressBarsConfig(globally=False)
    batch = context.data_sources.add_pandas("p").add_dataframe_asset("a").add_batch_definition_whole_dataframe("b")
    suite = context.suites.add(gx.ExpectationSuite(name="rules"))
    for code in codes:
        suite.add_expectation(_expectation(gxe, code))
    validation = gx.ValidationDefinition(data=batch, suite=suite, name="v")
    context.validation_definitions.add(validation)
    form = {"result_format": "COMPLETE", "unexpected_index_column_names": ["row"]}
    results = validation.run(batch_parameters={"dataframe": held}, result_format=form).results
    masks = np.zeros((len(codes), len(held)), dtype=np.bool_)
    for one in results:
        keys = [entry["row"] for entry in one.result.get("unexpected_index_list") or ()]
        masks[codes.index(one.expectation_config.meta["code"]), keys] = True
    return masks


def _expectation(gxe: Any, code: str) -> Any:
    family, _, column = code.partition(".")
    meta = {"code": code}
    if family == "null":
        return gxe.ExpectColumnValuesToNotBeNull(column=column, meta=meta)
    if family == "bound":
        return gxe.ExpectColumnValuesToBeBetween(column=column, min_value=0, max_value=HIGHEST[column], meta=meta)
    if family == "code":
        pattern = FORMAT if column == "format" else DISTRICT
        return gxe.ExpectColumnValuesToMatchRegex(column="code", regex=pattern, meta=meta)
    if code == "cross.pressure":
        return gxe.ExpectColumnPairValuesAToBeGreaterThanB(
            column_A="p_sup", column_B="p_ret", ignore_row_if="either_value_is_missing", meta=meta
        )
    return gxe.ExpectColumnValuesToBeBetween(column=code, min_value=1, meta=meta)
