import { describe, expect, it } from '@jest/globals'
import { type Leave, waitingRoom } from './waiting-room.ts'

const stays = new AbortController().signal
const patient = { atOnce: 2, waiting: 2, patienceMs: 60_000 }

/** A room and the names of those who were let in, in order; `undefined` where nobody was. */
const opened = (settings = patient) => {
  const room = waitingRoom(settings)
  const inside: string[] = []
  const enter = async (name: string, gone = stays): Promise<Leave | undefined> => {
    const leave = await room.enter(gone)
    if (leave) inside.push(name)
    return leave
  }
  return { inside, enter }
}

describe('S8 a waiting room', () => {
  it('lets so many in at once, and the next as one leaves, first come first served', async () => {
    const { inside, enter } = opened()
    const [first, second] = await Promise.all([enter('a'), enter('b')])
    const waiting = [enter('c'), enter('d')]
    await Promise.resolve()
    expect(inside).toEqual(['a', 'b'])
    first!()
    await waiting[0]
    expect(inside).toEqual(['a', 'b', 'c'])
    second!()
    await waiting[1]
    expect(inside).toEqual(['a', 'b', 'c', 'd'])
  })

  it('refuses one more than may wait, at once', async () => {
    const { enter } = opened({ ...patient, waiting: 0 })
    await Promise.all([enter('a'), enter('b')])
    expect(await enter('c')).toBeUndefined()
  })

  it('refuses who has waited too long, and keeps the place for the next', async () => {
    const { inside, enter } = opened({ atOnce: 1, waiting: 2, patienceMs: 5 })
    const leave = await enter('a')
    expect(await enter('b')).toBeUndefined()
    leave!()
    await enter('c')
    expect(inside).toEqual(['a', 'c'])
  })

  it('passes over who has left', async () => {
    const { inside, enter } = opened({ ...patient, atOnce: 1 })
    const leave = await enter('a')
    const leaving = new AbortController()
    const gone = enter('b', leaving.signal)
    const stayed = enter('c')
    leaving.abort()
    expect(await gone).toBeUndefined()
    leave!()
    await stayed
    expect(inside).toEqual(['a', 'c'])
    expect(await enter('d', AbortSignal.abort())).toBeUndefined()
  })

  it('takes a place back once, however often it is left', async () => {
    const { inside, enter } = opened({ ...patient, atOnce: 1, waiting: 0 })
    const leave = await enter('a')
    leave!()
    leave!()
    await enter('b')
    expect(await enter('c')).toBeUndefined()
    expect(inside).toEqual(['a', 'b'])
  })
})
