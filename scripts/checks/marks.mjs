const kinds = {
  KIND_PUBLIC: 'public',
  KIND_CAPABILITY: 'capability',
  KIND_USER: 'user',
  KIND_SERVICE: 'service',
}

const scoped = new Set(['KIND_USER', 'KIND_CAPABILITY'])

/**
 * The access mark of every RPC.
 * @param image of `buf build`, as JSON
 * @returns `[['/micromart.cart.v1.CartService/GetCart', { kind, scope?, audit? }], ...]`
 * @throws Error for an RPC without a mark, and for a mark without the scope that it needs
 */
export const marksOf = (image) =>
  image.file.flatMap((file) =>
    (file.service ?? []).flatMap((service) =>
      service.method.map((method) => {
        const path = `/${file.package}.${service.name}/${method.name}`
        const { kind, scope, audit } = method.options?.['[micromart.access.v1.access]'] ?? {}
        if (!kinds[kind]) throw new Error(`${path} has no access mark (proto/micromart/access)`)
        if (scoped.has(kind) && !scope) throw new Error(`${path}: ${kind} needs a scope`)
        return [path, { kind: kinds[kind], ...(scope && { scope }), ...(audit && { audit }) }]
      }),
    ),
  )
