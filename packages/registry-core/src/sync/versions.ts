/**
 * Who has to be updated where two sides share no version of the protocol. A refusal for that says
 * in its message which versions its sender speaks, with commas between.
 */
import { SYNC_VERSIONS, VERSIONS_MAX } from './sync-limits.ts'

/** The side whose software is too old for the other. */
export type Outdated = 'self' | 'peer'

/** The message of a refusal. */
export const SPOKEN_TEXT: string = SYNC_VERSIONS.join(',')

const SPOKEN = /^\d{1,5}(,\d{1,5})*$/

/** Who is too old, from the versions that the other side speaks. */
export function outdatedOf(theirs: readonly number[]): Outdated {
  return Math.max(0, ...theirs) < Math.min(...SYNC_VERSIONS) ? 'peer' : 'self'
}

/** The same from the message of a refusal; undefined where it does not say. */
export function outdatedBy(message: string): Outdated | undefined {
  if (!SPOKEN.test(message)) return undefined
  return outdatedOf(message.split(',').slice(0, VERSIONS_MAX).map(Number))
}
