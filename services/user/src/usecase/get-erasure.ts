import { isId } from '@micromart/kernel'
import type { Erasure } from '../model/erasure.ts'
import { ReceiptNotFound } from '../model/errors.ts'
import type { Ports } from '../model/ports.ts'

type Deps = Pick<Ports, 'erasures' | 'receipts'>

/** What has become of an erasure, for whoever holds its token: its account is gone. @throws ReceiptNotFound */
export const getErasure =
  ({ erasures, receipts }: Deps) =>
  async (id: string, token: string): Promise<Erasure> => {
    const erasure = isId(id) && receipts.opens(id, token) ? await erasures.byId(id) : undefined
    if (!erasure) throw new ReceiptNotFound()
    return erasure
  }
