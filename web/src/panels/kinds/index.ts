/** Which component draws which kind of panel; a kind without one does not compile. */
import type { Component } from 'vue'
import Bars from './bars/Kind.vue'
import Gauge from './gauge/Kind.vue'
import Heatmap from './heatmap/Kind.vue'
import Kpi from './kpi/Kind.vue'
import KpiRow from './kpi_row/Kind.vue'
import MapPanel from './map/Kind.vue'
import Note from './note/Kind.vue'
import Pie from './pie/Kind.vue'
import Radar from './radar/Kind.vue'
import Ranking from './ranking/Kind.vue'
import Series from './series/Kind.vue'
import StatusBoard from './status_board/Kind.vue'
import Table from './table/Kind.vue'
import Timeline from './timeline/Kind.vue'
import Treemap from './treemap/Kind.vue'
import type { PanelKind } from './result'

export const KIND_COMPONENTS: Record<PanelKind, Component> = {
  bars: Bars,
  gauge: Gauge,
  heatmap: Heatmap,
  kpi: Kpi,
  kpi_row: KpiRow,
  map: MapPanel,
  note: Note,
  pie: Pie,
  radar: Radar,
  ranking: Ranking,
  series: Series,
  status_board: StatusBoard,
  table: Table,
  timeline: Timeline,
  treemap: Treemap,
}
