import { createUsers } from './create-users.ts'

/** In the order in which they run. */
export const migrations = [...createUsers]
