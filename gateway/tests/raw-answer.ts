import { once } from 'node:events'
import { connect } from 'node:net'

/** Sends bytes as they are and gives all that comes back until the gateway ends the connection. */
export const rawAnswer = async (port: number, text: string): Promise<string> => {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {})
  socket.write(text, 'latin1')
  let answer = ''
  socket.on('data', (part: Buffer) => {
    answer += part.toString('latin1')
  })
  await once(socket, 'close')
  return answer
}
