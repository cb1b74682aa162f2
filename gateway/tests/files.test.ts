import { once } from 'node:events'
import { request as send } from 'node:http'
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { DomainError } from '@micromart/kernel'
import { eventually } from '@micromart/testing'
import { expectDocumented } from './documented.ts'
import { startForTest, type TestGateway } from './start.ts'

const path = '/v1/admin/products/import'
const header = 'Handle,Title,Variant SKU,Variant Price\n'
const row = (line: number, outcome = 'created') => ({
  line: BigInt(line),
  handle: `product-${line}`,
  outcome,
  code: outcome === 'failed' ? 'price_invalid' : undefined,
  message: outcome === 'failed' ? 'is no price' : undefined,
})

/** A stream that ends with an error before its first message. */
const failing = (error: Error) => {
  const next = async () => {
    throw error
  }
  return { [Symbol.asyncIterator]: () => ({ next }) }
}

describe('product files', () => {
  let shop: TestGateway
  let received: { options: unknown; text: string }
  const as = () => ({ Authorization: shop.token(['merchandiser']), 'Content-Type': 'text/csv' })

  beforeAll(async () => {
    shop = await startForTest()
    shop.sidecar.answer('product', 'ImportProducts', async function* (parts) {
      received = { options: undefined, text: '' }
      for await (const { part } of parts) {
        if (part?.$case === 'options') received.options = part.value
        if (part?.$case === 'chunk') received.text += part.value.toString()
      }
      yield { rows: [row(2), row(3, 'failed')], summary: undefined }
      yield {
        rows: [row(4, 'unchanged')],
        summary: { created: 1n, updated: 0n, unchanged: 1n, failed: 1n },
      }
    })
  })
  afterEach(() => shop.sidecar.forget())
  afterAll(() => shop[Symbol.asyncDispose]())

  it('imports a CSV and reports each row with its line', async () => {
    const text = `${header}tea,Tea,T-1,5.00\n`
    const response = await shop.http.post(`${path}?dryRun=true&stock=set`).set(as()).send(text)
    expectDocumented(response)
    expect(response.status).toBe(200)
    expect(response.headers['content-type']).toBe('application/json; charset=utf-8')
    expect(response.body).toEqual({
      created: 1,
      updated: 0,
      unchanged: 1,
      failed: 1,
      rows: [
        { line: 2, handle: 'product-2', outcome: 'created' },
        {
          line: 3,
          handle: 'product-3',
          outcome: 'failed',
          code: 'price_invalid',
          message: 'is no price',
        },
        { line: 4, handle: 'product-4', outcome: 'unchanged' },
      ],
    })
    expect(received).toEqual({ options: { dryRun: true, setStock: true }, text })
    expect(shop.sidecar.recorded('product.ImportProducts')[0]?.token).toBeDefined()
  })

  it('passes a large file on in order, in chunks', async () => {
    const text =
      header + Array.from({ length: 200_000 }, (_, n) => `p-${n},Title,S-${n},1.00\n`).join('')
    const response = await shop.http.post(path).set(as()).send(text)
    expect(response.status).toBe(200)
    expect(received.text.length).toBe(text.length)
    expect(received.text === text).toBe(true)
    expect(received.options).toEqual({ dryRun: false, setStock: false })
  })

  it('refuses more than 50 MB by its announced length, before anything is sent', async () => {
    const request = send(`${shop.origin}${path}`, {
      method: 'POST',
      headers: { ...as(), 'Content-Length': 51 * 1024 * 1024 },
    })
    request.on('error', () => {})
    request.flushHeaders()
    const [response] = (await once(request, 'response')) as [
      { statusCode: number; resume: () => void },
    ]
    response.resume()
    request.destroy()
    expect(response.statusCode).toBe(413)
    expect(shop.calls()).toEqual([])
  })

  it('refuses more than 50 MB while it comes', async () => {
    const request = send(`${shop.origin}${path}`, { method: 'POST', headers: as() })
    request.on('error', () => {})
    const answered = once(request, 'response') as Promise<
      [{ statusCode: number; resume: () => void }]
    >
    const chunk = Buffer.alloc(1024 * 1024, 'x')
    for (let sent = 0; sent < 52 && !request.destroyed; sent += 1) {
      if (!request.write(chunk)) await Promise.race([once(request, 'drain'), answered])
    }
    const [response] = await answered
    response.resume()
    request.destroy()
    expect(response.statusCode).toBe(413)
  })

  it.each([
    ['invalid', 'csv_columns_missing', 400],
    ['unavailable', 'database_unavailable', 503],
  ] as const)('a refusal of the file, %s %s, is %i', async (kind, code, status) => {
    await using other = await startForTest()
    other.sidecar.answer('product', 'ImportProducts', () => failing(new DomainError(kind, code)))
    const response = await other.http
      .post(path)
      .set({ Authorization: other.token(['merchandiser']), 'Content-Type': 'text/csv' })
      .send('x\n')
    expectDocumented(response)
    expect([response.status, response.body.code]).toEqual([status, code])
  })

  it('exports the catalogue as it comes', async () => {
    shop.sidecar.answer('product', 'ExportProducts', async function* () {
      yield { chunk: Buffer.from(header) }
      yield { chunk: Buffer.from('tea,Tea,T-1,5.00\n') }
    })
    const response = await shop.http.get('/v1/admin/products/export').set(as())
    expect([response.status, response.text]).toEqual([200, `${header}tea,Tea,T-1,5.00\n`])
    expect(response.headers['content-type']).toBe('text/csv; charset=utf-8')
    expect(response.headers['content-disposition']).toContain('products.csv')
    expect(shop.sidecar.recorded('product.ExportProducts')[0]?.token).toBeDefined()
  })

  it('an export that cannot begin is a problem', async () => {
    shop.sidecar.answer('product', 'ExportProducts', () =>
      failing(new DomainError('unavailable', 'database_unavailable')),
    )
    const response = await shop.http.get('/v1/admin/products/export').set(as())
    expectDocumented(response)
    expect([response.status, response.body.code]).toEqual([503, 'database_unavailable'])
  })

  it('ends the import when its sender goes away', async () => {
    await using other = await startForTest()
    let isCancelled = false
    other.sidecar.answer('product', 'ImportProducts', async function* (parts) {
      try {
        for await (const part of parts) if (!part) yield { rows: [], summary: undefined }
      } catch {
        isCancelled = true
      }
      isCancelled = true
    })
    const request = send(`${other.origin}${path}`, {
      method: 'POST',
      headers: { Authorization: other.token(['merchandiser']), 'Content-Type': 'text/csv' },
    })
    request.on('error', () => {})
    request.write(header)
    await eventually(() => expect(other.calls()).toEqual(['product.ImportProducts']))
    request.destroy()
    await eventually(() => expect(isCancelled).toBe(true))
  })
})
