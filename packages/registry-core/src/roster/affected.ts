import { equalBytes } from '../encoding/bytes.ts'
import { type CborValue, encodeCbor } from '../encoding/cbor.ts'
import { ORDERED_WRITERS_FROM } from './administrators.ts'
import type { RosterState, Writer } from './state.ts'

/** The part of a replica that a newer state judges otherwise. */
export type Affected = {
  /** Namespaces in which grants were closed or opened again, or branches pinned. */
  readonly namespaces: ReadonlySet<number>
  /** Writers whose number is bound otherwise than before; all their logs are meant. */
  readonly writers: ReadonlySet<number>
}

/** What a newer state judges otherwise of the commits that an older one has judged. */
export function affectedBy(before: RosterState, after: RosterState): Affected {
  const namespaces = new Set<number>()
  const writers = new Set<number>()
  for (const writer of after.writers.values()) {
    const old = before.writers.get(writer.client)
    if (old === undefined || old === writer) continue
    if (!equalBytes(holder(old), holder(writer))) writers.add(writer.client)
    if (equalBytes(binding(old), binding(writer))) continue
    for (const grant of old.grants) namespaces.add(grant.ns)
    // A pin names its log, also where the writer never had a grant.
    for (const { log } of [...old.pins, ...writer.pins]) namespaces.add(log.ns)
  }
  return { namespaces, writers }
}

/** What of a writer binds the past; new grants do not. */
function binding(writer: Writer): Uint8Array {
  const closed = writer.grants.filter((grant) => grant.until !== undefined)
  return encodeCbor({ closed, pins: writer.pins } as unknown as CborValue)
}

/** Who holds the number: only one that orders gave can change hands. */
function holder({ key, dispute }: Writer): Uint8Array {
  return encodeCbor([key, dispute === 'open'])
}

/** Namespaces in which orders end logs; they may come at any time, whatever version is cited. */
export function endedByOrders(state: RosterState): ReadonlySet<number> {
  const ended = new Set<number>()
  for (const { client, grants } of state.writers.values()) {
    for (const { ns, until } of grants) {
      const isByOrder = until?.byOrder === true || client >= ORDERED_WRITERS_FROM
      if (until !== undefined && isByOrder) ended.add(ns)
    }
  }
  return ended
}
