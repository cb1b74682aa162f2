import { VersionChanged } from '../model/errors.ts'

const attempts = 4

/** Does a change again that met another one, when its caller named no version. */
export const anyVersion = async <T>(
  expectedVersion: number,
  change: () => Promise<T>,
): Promise<T> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await change()
    } catch (error) {
      const mayRetry =
        error instanceof VersionChanged && expectedVersion === 0 && attempt < attempts
      if (!mayRetry) throw error
    }
  }
}
