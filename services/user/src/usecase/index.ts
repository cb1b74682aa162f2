import type { Ports } from '../model/ports.ts'
import { addAddress } from './add-address.ts'
import { addClient } from './add-client.ts'
import { changeClient } from './change-client.ts'
import { changePassword } from './change-password.ts'
import { confirmTotp } from './confirm-totp.ts'
import { deleteAddress } from './delete-address.ts'
import { disableTotp } from './disable-totp.ts'
import { endSession } from './end-session.ts'
import { eraseMe } from './erase-me.ts'
import { exportMe } from './export-me.ts'
import { getCheckoutDetails } from './get-checkout-details.ts'
import { getClient } from './get-client.ts'
import { getErasure } from './get-erasure.ts'
import { getJwks } from './get-jwks.ts'
import { getMe } from './get-me.ts'
import { getTotp } from './get-totp.ts'
import { getUser } from './get-user.ts'
import { giveGrant } from './give-grant.ts'
import { listAddresses } from './list-addresses.ts'
import { listClients } from './list-clients.ts'
import { listSessions } from './list-sessions.ts'
import { listUsers } from './list-users.ts'
import { login } from './login.ts'
import { logout } from './logout.ts'
import { prune } from './prune.ts'
import { refresh } from './refresh.ts'
import { refuseDemoAccounts } from './refuse-demo-accounts.ts'
import { register } from './register.ts'
import { removeClient } from './remove-client.ts'
import { replaceAddress } from './replace-address.ts'
import { requestEmailVerification } from './request-email-verification.ts'
import { requestPasswordReset } from './request-password-reset.ts'
import { resetPassword } from './reset-password.ts'
import { rotateClientSecret } from './rotate-client-secret.ts'
import { rotateKeys } from './rotate-keys.ts'
import { sendMails } from './send-mails.ts'
import { setRoles } from './set-roles.ts'
import { signIn, signInWithCode } from './sign-in.ts'
import { settleErasures } from './settle-erasures.ts'
import { startTotp } from './start-totp.ts'
import { updateMe } from './update-me.ts'
import { verifyEmail } from './verify-email.ts'

/** All that the user service does. */
export const userUseCases = (ports: Ports) => ({
  register: register(ports),
  login: login(ports),
  refresh: refresh(ports),
  logout: logout(ports),
  getJwks: getJwks(ports),

  verifyEmail: verifyEmail(ports),
  requestEmailVerification: requestEmailVerification(ports),
  requestPasswordReset: requestPasswordReset(ports),
  resetPassword: resetPassword(ports),

  startTotp: startTotp(ports),
  confirmTotp: confirmTotp(ports),
  disableTotp: disableTotp(ports),
  getTotp: getTotp(ports),
  listSessions: listSessions(ports),
  endSession: endSession(ports),
  exportMe: exportMe(ports),

  getMe: getMe(ports),
  updateMe: updateMe(ports),
  eraseMe: eraseMe(ports),
  getErasure: getErasure(ports),
  receiptTokenOf: ports.receipts.tokenOf,
  settleErasures: settleErasures(ports),
  changePassword: changePassword(ports),
  listAddresses: listAddresses(ports),
  addAddress: addAddress(ports),
  replaceAddress: replaceAddress(ports),
  deleteAddress: deleteAddress(ports),
  getCheckoutDetails: getCheckoutDetails(ports),

  listUsers: listUsers(ports),
  getUser: getUser(ports),
  setRoles: setRoles(ports),

  signIn: signIn(ports),
  signInWithCode: signInWithCode(ports),
  giveGrant: giveGrant(ports),
  listClients: listClients(ports),
  getClient: getClient(ports),
  addClient: addClient(ports),
  changeClient: changeClient(ports),
  removeClient: removeClient(ports),
  rotateClientSecret: rotateClientSecret(ports),

  sendMails: sendMails(ports),
  rotateKeys: rotateKeys(ports),
  refuseDemoAccounts: refuseDemoAccounts(ports),
  prune: prune(ports),
})

export type UseCases = ReturnType<typeof userUseCases>
