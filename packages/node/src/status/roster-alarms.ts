/** What is wrong with the roster, for people: none of it stops reading, writing or exchange. */
import { hashToText, type Registry } from '@mulu/registry-core'

/**
 * fork    two rosters of one version are signed; no later one is taken until a person chooses
 * behind  other nodes know a newer one than this node could take
 * old     nobody has confirmed who belongs to the federation for long
 */
export type RosterAlarm =
  | {
      readonly type: 'fork'
      readonly version: number
      readonly kept: string
      readonly other: string
    }
  | { readonly type: 'behind'; readonly version: number; readonly newest: number }
  | { readonly type: 'old'; readonly stampMs: number; readonly days: number }

/** After this time the root holders are to confirm the roster, changed or not. */
export const OLD_AFTER_DAYS = 400
const DAY_MS = 86_400_000

/** The alarms of a registry; `newest` is the highest version that another node has named. */
export function rosterAlarms(
  registry: Registry,
  newest: number,
  nowMs: number,
): readonly RosterAlarm[] {
  const alarms: RosterAlarm[] = registry.rosterForks
    .filter((fork) => !fork.isSettled)
    .map(({ version, kept, other }) => ({
      ...{ type: 'fork', version, kept: hashToText(kept), other: hashToText(other) },
    }))
  const { roster } = registry
  if (roster === undefined) return alarms
  if (newest > roster.version) alarms.push({ type: 'behind', version: roster.version, newest })
  const days = Math.floor((nowMs - roster.stampMs) / DAY_MS)
  if (days > OLD_AFTER_DAYS) alarms.push({ type: 'old', stampMs: roster.stampMs, days })
  return alarms
}
