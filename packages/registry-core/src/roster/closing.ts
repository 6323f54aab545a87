/**
 * Closing a writer by position of its logs: the changes of the next roster, from where this node
 * or the agency itself knows the logs to stand.
 */
import { audienceText } from '../commit/audience.ts'
import type { LogHead } from '../log/log.ts'
import type { LogEnd, RosterChange } from './change.ts'
import type { Grant, Writer } from './state.ts'

/** How a writer is closed. */
export type Closing = {
  /** Where its logs end; a log that is not listed ends at 0. */
  readonly ends: readonly LogEnd[]
  /** Whether the logs end for good; else the chain goes on, and what lies beyond is void. */
  readonly final: boolean
  readonly why: string
  /** Only the grants in this namespace. */
  readonly ns?: number
}

/** The changes that close the grants of a writer that are open, or for good those closed so far. */
export function closingChanges(writer: Writer, closing: Closing): readonly RosterChange[] {
  const { ns: only, final, why } = closing
  const closed = new Map<string, Extract<RosterChange, { type: 'close' }>>()
  for (const grant of writer.grants) {
    const isMeant = only === undefined || grant.ns === only
    const isOpen = grant.until === undefined || (final && !grant.until.final)
    if (!isMeant || !isOpen) continue
    // Grants of one version for other audiences are closed together.
    const place = `${grant.ns} ${grant.from}`
    const before = closed.get(place)?.ends ?? []
    const ends = [...before, ...endsOf(grant, closing.ends)]
    const { ns, from } = grant
    closed.set(place, { type: 'close', client: writer.client, ns, from, ends, final, why })
  }
  return [...closed.values()]
}

/** The ends that a grant covers; an end that has fallen before stays where it fell to. */
function endsOf(grant: Grant, ends: readonly LogEnd[]): readonly LogEnd[] {
  const auds = grant.auds.map(audienceText)
  const own = ends.filter((end) => end.ns === grant.ns && auds.includes(audienceText(end.aud)))
  const before = grant.until?.ends
  if (before === undefined) return own
  return own.flatMap((end) => {
    const old = before.find((each) => audienceText(each.aud) === audienceText(end.aud))
    if (old === undefined) return []
    return [old.seq <= end.seq ? old : end]
  })
}

/** Where the logs of a writer stand: here, or further on where the agency itself says so. */
export function knownEnds(
  client: number,
  heads: readonly LogHead[],
  stated: readonly LogEnd[] = [],
): readonly LogEnd[] {
  const ends = new Map(stated.map((end) => [placeOf(end), end] as const))
  for (const { log, accepted } of heads) {
    if (log.writer !== client || accepted.seq === 0) continue
    const end = { ns: log.ns, aud: log.aud, ...accepted }
    if ((ends.get(placeOf(end))?.seq ?? 0) <= end.seq) ends.set(placeOf(end), end)
  }
  return [...ends.values()]
}

function placeOf(end: LogEnd): string {
  return `${end.ns}/${audienceText(end.aud)}`
}
