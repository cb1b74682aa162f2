import type { AdapterPayload } from 'oidc-provider'
import type { KeyBox } from '../crypto/key-box.ts'

/**
 * What the library wants kept, sealed for the row it lies in. The name, which is the secret, is no part of it.
 * @throws Error when the content was sealed for another row
 */
export const sealedContent = (box: KeyBox) => ({
  seal: (row: string, payload: AdapterPayload): string =>
    box.seal(Buffer.from(JSON.stringify({ ...payload, jti: undefined })), row),
  open: (row: string, content: string): AdapterPayload =>
    JSON.parse(box.open(content, row).toString()) as AdapterPayload,
})

export type SealedContent = ReturnType<typeof sealedContent>
