import { hash } from 'node:crypto'

/** Ids come from the publisher; a letter must find its place whatever they are. */
export const letterId = (eventId: string): string =>
  /^[\x21-\x7e]{1,100}$/.test(eventId) ? eventId : hash('sha256', eventId, 'hex')

/** Whether letters arrive on a topic: nothing there is ever dropped, since a dropped letter would come back at once, for ever. */
export const isLetterTopic = (topic: string): boolean => topic.startsWith('dead.')
