import { expect, it } from '@jest/globals'
import { inputsOf } from './inputs.mjs'
import { chosen, imageNames, parts, referenceOf } from './parts.mjs'

it('has an image for the gateway, for each service that can be started, and for the sidecar', () => {
  expect(imageNames().toSorted()).toEqual(
    ['cart', 'daprd', 'gateway', 'order', 'payment', 'product', 'provider', 'user'].toSorted(),
  )
  expect(parts()[0]).toEqual({ name: 'gateway', folder: 'gateway' })
})

it('takes all where none is named, and names those that there are not', () => {
  expect(chosen([])).toEqual(imageNames())
  expect(chosen(['order', 'gateway'])).toEqual(['gateway', 'order'])
  expect(() => chosen(['order', 'orders', 'x'])).toThrow('No such image: orders, x')
})

it('calls images by registry and tag', () => {
  expect(referenceOf('order')).toBe('localhost/micromart/order:local')
  expect(referenceOf('order', { registry: 'registry.example:5000/shop', tag: '1.2.3' })).toBe(
    'registry.example:5000/shop/order:1.2.3',
  )
})

it.each(['https://x', 'X', 'a b', '/a', 'a/', '', '-x'])('refuses the registry %j', (registry) => {
  expect(() => referenceOf('order', { registry })).toThrow('is no registry')
})

it.each(['', '-x', 'a b', 'x'.repeat(129), 'a/b'])('refuses the tag %j', (tag) => {
  expect(() => referenceOf('order', { tag })).toThrow('is no tag')
})

it('knows the same files again, and another base or another part', () => {
  const inputs = inputsOf('services/order', { base: 'a' })
  expect(inputsOf('services/order', { base: 'a' })).toBe(inputs)
  expect(inputsOf('services/order', { base: 'b' })).not.toBe(inputs)
  expect(inputsOf('services/cart', { base: 'a' })).not.toBe(inputs)
})
