import { expect, it } from 'vitest'
import { DARK } from '@/ui/testLook'
import { calendarHeight, calendarOption } from './uploadCharts'
import { uploadsFile } from './uploadQueries'

const CALENDAR = {
  days: [0, 86_400],
  labels: ['01-14', '01-15'],
  senders: [10, 20],
  names: ['<甲>', '乙'],
  completeness: [[1, null], [0.4, 0.98]],
  validity: [[0.9, null], [1, 1]],
  imported: [[false, true], [false, false]],
}

it('leaves unknown days blank and never lets a name become markup', () => {
  const option = calendarOption(CALENDAR, 'completeness', DARK)
  expect((option.series as { data: unknown[] }[])[0]?.data).toEqual([[0, 0, 1], [0, 1, 0.4], [1, 1, 0.98]])
  const { formatter } = option.tooltip as { formatter: (params: unknown) => string }
  expect(formatter({ value: [0, 0, 1] })).toBe('&#60;甲&#62; 01-14<br>完整率 100.0%')
})

it('says of days before a sender was connected that they were imported, and colours them neither red nor green', () => {
  const option = calendarOption(CALENDAR, 'completeness', DARK)
  expect((option.series as { data: unknown[] }[])[1]?.data).toEqual([[1, 0, 1]])
  const { formatter } = option.tooltip as { formatter: (params: unknown) => string }
  expect(formatter({ seriesName: '历史导入', value: [1, 0, 1] })).toBe('&#60;甲&#62; 01-15<br>历史导入（接入前，不计完整率）')
  expect((calendarOption(CALENDAR, 'validity', DARK).series as { data: unknown[] }[])[1]?.data).toEqual([])
})

it('grows with the senders', () => {
  expect(calendarHeight(1)).toBe(180)
  expect(calendarHeight(20)).toBe(550)
})

it('exports what the list shows', () => {
  expect(uploadsFile('uploads', 'xlsx', { kind: 'unit', sender: undefined, q: '' })).toBe('/api/v1/quality/uploads/export?format=xlsx&kind=unit')
})
