import { expect, it } from 'vitest'
import { csv } from './csv'

it('quotes what needs it and leaves gaps empty', () => {
  expect(csv([['时间', '供温,℃'], ['2027-01-15 19:30', -3.5], ['x"y', null]])).toBe(
    '时间,"供温,℃"\r\n2027-01-15 19:30,-3.5\r\n"x""y",',
  )
})

it('never hands a spreadsheet a formula', () => {
  expect(csv([['=HYPERLINK("x")']])).toBe('"\'=HYPERLINK(""x"")"')
})
