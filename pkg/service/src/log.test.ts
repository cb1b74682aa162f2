import { describe, expect, it } from '@jest/globals'
import { runInContext } from '@micromart/dapr'
import { createLog } from './log.ts'

const written = (level?: 'debug' | 'info') => {
  const lines: string[] = []
  const destination = { write: (line: string) => lines.push(line) }
  return { lines, log: createLog('order', { destination, ...(level ? { level } : {}) }) }
}

const only = (lines: readonly string[]): unknown => {
  expect(lines).toHaveLength(1)
  return JSON.parse(lines[0] ?? '')
}

describe('a log line', () => {
  it('S60 is one line of JSON with app, level, time and request', () => {
    const { lines, log } = written()
    runInContext({ requestId: 'r-1' }, () => log.info({ orderId: 'o-1' }, 'order\nplaced'))
    expect(lines[0]?.trimEnd()).not.toContain('\n')
    expect(only(lines)).toEqual({
      '@timestamp': expect.stringMatching(/^\d{4}-.*Z$/),
      'ecs.version': expect.any(String),
      'log.level': 'info',
      'service.name': 'order',
      'http.request.id': 'r-1',
      'labels.order_id': 'o-1',
      message: 'order\nplaced',
    })
  })

  it('S60 holds no secret', () => {
    const { lines, log } = written()
    log.error({ password: 'hunter2', cause: new Error('login of a@b.example') }, 'a@b.example')
    expect(lines[0]).not.toMatch(/hunter2|a@b\.example/)
  })

  it('is left out below its level', () => {
    const { lines, log } = written()
    log.debug({}, 'quiet')
    expect(lines).toEqual([])
    const loud = written('debug')
    loud.log.debug({}, 'said')
    expect(only(loud.lines)).toMatchObject({ 'log.level': 'debug' })
  })
})
