import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { eventStream, type Outlet } from './event-stream.ts'

const heartbeatMs = 1_000

/** A response whose reader takes as much as a test says. */
const outlet = () => {
  const state = { text: '', waiting: 0, destroyed: false, ended: false }
  const response = {
    write: (text: string) => {
      state.text += text
      return true
    },
    end: () => {
      state.ended = true
    },
    destroy: () => {
      state.destroyed = true
    },
    get destroyed() {
      return state.destroyed
    },
    get writableLength() {
      return state.waiting
    },
  }
  return { state, response: response as unknown as Outlet }
}

describe('a stream of events', () => {
  beforeEach(() => {
    jest.useFakeTimers()
  })
  afterEach(() => {
    jest.useRealTimers()
  })

  it('is written as browsers read it, and ends when it is let go', () => {
    const { state, response } = outlet()
    {
      using stream = eventStream(response, heartbeatMs)
      stream.tell('order.paid', { a: 'line\nbreak' }, 7n)
      stream.tell('end', {})
    }
    expect(state.text).toBe(
      'retry: 2000\n\nid: 7\nevent: order.paid\ndata: {"a":"line\\nbreak"}\n\nevent: end\ndata: {}\n\n',
    )
    expect(state.ended).toBe(true)
    expect(jest.getTimerCount()).toBe(0)
  })

  it('says that it lives', () => {
    const { state, response } = outlet()
    using _stream = eventStream(response, heartbeatMs)
    jest.advanceTimersByTime(2 * heartbeatMs)
    expect(state.text).toBe('retry: 2000\n\n:\n\n:\n\n')
    expect(state.destroyed).toBe(false)
  })

  it('cuts off who lets 64 KiB wait', () => {
    const { state, response } = outlet()
    using stream = eventStream(response, heartbeatMs)
    state.waiting = 64 * 1024
    stream.tell('end', {})
    expect(state.destroyed).toBe(false)
    state.waiting += 1
    stream.tell('end', {})
    expect(state.destroyed).toBe(true)
  })

  it('cuts off who has not read what was written a heartbeat ago, and not who is only late', () => {
    const { state, response } = outlet()
    using _stream = eventStream(response, heartbeatMs)
    state.waiting = 10
    jest.advanceTimersByTime(heartbeatMs)
    expect(state.destroyed).toBe(false)
    state.waiting = 0
    jest.advanceTimersByTime(heartbeatMs)
    state.waiting = 10
    jest.advanceTimersByTime(heartbeatMs)
    expect(state.destroyed).toBe(false)
    jest.advanceTimersByTime(heartbeatMs)
    expect(state.destroyed).toBe(true)
  })
})
