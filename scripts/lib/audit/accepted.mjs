/** Advisories that are lived with for a time: `{ id, reason, until }`, an ISO day after which they count again. */
export const accepted = []
