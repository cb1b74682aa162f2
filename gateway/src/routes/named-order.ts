import type { Input } from '../http/route.ts'

type Sent = Pick<Input<{ readonly id: string }, unknown, unknown>, 'params' | 'header'>

/** One order, as its owner or as who holds its token. */
export const named = ({ params: { id }, header }: Sent) => ({
  id,
  orderToken: header('X-Order-Token'),
})
