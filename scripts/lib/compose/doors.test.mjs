import { expect, it } from '@jest/globals'
import { doorFaults, openPorts } from './doors.mjs'

const hex = (port) => port.toString(16).toUpperCase().padStart(4, '0')
const row = (address, port, state = '0A') =>
  `   0: ${address}:${hex(port)} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000     0        0 1`
const all = '00000000'
const all6 = '0'.repeat(32)
const heading = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid'

it('knows who listens for others', () => {
  const text = [
    heading,
    row('0100007F', 3500),
    row('0B00007F', 41_000),
    row(all, 9090),
    row(all, 40_000, '01'),
    heading,
    row(all6, 50_002),
    row('0'.repeat(24) + '01000000', 7100),
    row('0'.repeat(16) + 'FFFF00000100007F', 7101),
    row(all6, 9090),
  ].join('\n')
  expect(openPorts(text)).toEqual([9090, 50_002])
})

it('says what is open and should not be, and what is shut and should be open', () => {
  const text = [row(all, 7200), row(all, 3500), row(all6, 50_002)].join('\n')
  expect(doorFaults('order', text)).toEqual(['order:3500 is open', 'order:9090 is shut'])
  expect(doorFaults('provider', [row(all6, 7207), row(all, 7200)].join('\n'))).toEqual([])
})
