import { send, takeToken, tell } from './link.js'

const token = takeToken()
const form = document.getElementById('form')

form.addEventListener('submit', async (event) => {
  event.preventDefault()
  const password = document.getElementById('password').value
  const fault = await send('/v1/auth/password-reset/confirm', { token, password })
  if (!fault) form.remove()
  tell(fault ?? 'Your password is changed. You can log in with it.')
})
