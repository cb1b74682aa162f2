const setLog = (connection, value) => connection.query(`SET SESSION sql_log_bin = ${value}`)

// An administrator of a managed server may not have that right.
const refusals = ['ER_SPECIFIC_ACCESS_DENIED_ERROR', 'ER_ACCESS_DENIED_ERROR']

/** Keeps what is said meanwhile out of the server's binary log, which would hold passwords in plain text, where the server lets it. */
export const unlogged = async (connection, work) => {
  await setLog(connection, 0).catch((error) => {
    if (!refusals.includes(error.code)) throw error
  })
  try {
    return await work()
  } finally {
    await setLog(connection, 'DEFAULT').catch(() => {})
  }
}
