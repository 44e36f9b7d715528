/** How good models are, as charts: errors beside baselines, objects by error, better and worse than before. */
import type { EChartsOption } from 'echarts'
import { formatMeasure, formatNumber, isNumber } from '@/kernel/format'
import type { ChartLook } from '@/ui/chartLook'
import { axisStyle, baseOption, legend, tooltip } from '@/ui/chartLook'
import type { ModelObjects, Version } from './modelQueries'
import { BASELINES, decimalsOf, errorUnit, type QuantityWord } from './modelWords'

const PERCENT = 100

/** Whose bar has which colour: the model shines, the baselines stay behind. */
function colours({ tokens }: ChartLook): Readonly<Record<string, string>> {
  return { mae: tokens.accent, mae_line: tokens.none, mae_persistence: tokens.level3, mae_before: tokens.stale }
}

/** Baselines that any of the quantities has a value of: a first version has none before it. */
function present(has: (key: string) => boolean): readonly (readonly [string, string])[] {
  return BASELINES.filter(([key]) => has(key))
}

/** Errors of each quantity; because units differ, a straight line over the outdoor temperature counts 100. */
export function accuracyOption(metrics: Version['metrics'], quantities: readonly QuantityWord[], look: ChartLook): EChartsOption {
  const shown = quantities.filter(({ key }) => isNumber(metrics[key]?.mae) && isNumber(metrics[key].mae_line)).reverse()
  const whose = present((key) => shown.some((one) => isNumber(metrics[one.key]?.[key])))
  return {
    ...baseOption(look),
    tooltip: { ...tooltip(look), trigger: 'axis', axisPointer: { type: 'shadow' } },
    legend: legend(look),
    grid: { top: 30, left: 8, right: 28, bottom: 24, containLabel: true },
    xAxis: { type: 'value', name: '静态直线 = 100', nameLocation: 'middle', nameGap: 24, ...axisStyle(look) },
    yAxis: { type: 'category', data: shown.map(({ name }) => name), ...axisStyle(look), splitLine: { show: false } },
    series: whose.map(([key, name]) => ({
      type: 'bar' as const,
      name,
      barMaxWidth: 12,
      itemStyle: { color: colours(look)[key] },
      data: shown.map((one) => {
        const [mae, line] = [metrics[one.key]?.[key], metrics[one.key]?.mae_line]
        return isNumber(mae) && isNumber(line) && line > 0 ? Number(((PERCENT * mae) / line).toFixed(1)) : null
      }),
      tooltip: {
        valueFormatter: (_: unknown, k?: number) => {
          const one = shown[k ?? -1]
          const mae = one && metrics[one.key]?.[key]
          return one ? formatMeasure(mae, errorUnit(one.unit), decimalsOf(mae)) : ''
        },
      },
    })),
  }
}

/** How many objects err how much, the model against what it is held against. */
export function errorHistogram({ edges, counts }: ModelObjects['histogram'], unit: string, look: ChartLook): EChartsOption {
  const decimals = decimalsOf(edges.at(-1))
  const bins = edges.slice(0, -1).map((from, i) => (i === edges.length - 2 ? `≥${formatNumber(from, decimals)}` : formatNumber(((edges[i + 1] ?? from) + from) / 2, decimals)))
  return {
    ...baseOption(look),
    tooltip: { ...tooltip(look), trigger: 'axis' },
    legend: legend(look),
    grid: { top: 48, left: 8, right: 16, bottom: 24, containLabel: true },
    xAxis: { type: 'category', data: bins, name: `平均绝对误差 ${errorUnit(unit)}`, nameLocation: 'middle', nameGap: 26, ...axisStyle(look), splitLine: { show: false } },
    yAxis: { type: 'value', name: '对象数', minInterval: 1, ...axisStyle(look) },
    series: present((key) => key in counts).map(([key, name]) => ({
      type: key === 'mae' ? ('bar' as const) : ('line' as const),
      name,
      step: 'middle' as const,
      showSymbol: false,
      color: colours(look)[key],
      data: counts[key] ?? [],
      ...(key === 'mae' ? { barWidth: '96%', itemStyle: { opacity: 0.6 } } : { lineStyle: { width: 1.6 } }),
    })) as EChartsOption['series'],
  }
}

/** On the same weeks: objects that a version expects better, worse, or that cannot be compared. */
export function comparedOption(compared: ModelObjects['compared'], quantities: readonly QuantityWord[], look: ChartLook): EChartsOption {
  const shown = quantities.filter(({ key }) => compared[key]).reverse()
  const { ok, level2, level4, none } = look.tokens
  const parts = [['better', '更准', ok], ['same', '相当（±5%）', level4], ['worse', '变差', level2], ['unknown', '无法比较', none]] as const
  return {
    ...baseOption(look),
    tooltip: { ...tooltip(look), trigger: 'axis', axisPointer: { type: 'shadow' } },
    legend: legend(look),
    grid: { top: 30, left: 8, right: 16, bottom: 8, containLabel: true },
    xAxis: { type: 'value', minInterval: 1, ...axisStyle(look) },
    yAxis: { type: 'category', data: shown.map(({ name }) => name), ...axisStyle(look), splitLine: { show: false } },
    series: parts.map(([key, name, color]) => ({
      type: 'bar' as const,
      name,
      stack: 'all',
      barMaxWidth: 18,
      itemStyle: { color },
      data: shown.map((one) => compared[one.key]?.[key] ?? 0),
      tooltip: { valueFormatter: (value: unknown) => formatMeasure(isNumber(value) ? value : null, '个') },
    })),
  }
}
