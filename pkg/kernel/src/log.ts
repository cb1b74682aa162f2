type Write = (fields: object, message: string) => void

/** What parts say about themselves. Fields are structured; an error goes under `cause`. */
export type Log = {
  readonly debug: Write
  readonly info: Write
  readonly warn: Write
  readonly error: Write
}

const nothing: Write = () => {}

export const silentLog: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing }
