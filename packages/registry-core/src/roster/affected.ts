import { equalBytes } from '../encoding/bytes.ts'
import { type CborValue, encodeCbor } from '../encoding/cbor.ts'
import type { RosterState, Writer } from './state.ts'

/** Namespaces in which a newer roster judges old commits otherwise: grants closed, branches pinned. */
export function namespacesAffected(before: RosterState, after: RosterState): ReadonlySet<number> {
  const affected = new Set<number>()
  for (const writer of after.writers.values()) {
    const old = before.writers.get(writer.client)
    if (old === undefined || equalBytes(binding(old), binding(writer))) continue
    for (const grant of old.grants) affected.add(grant.ns)
    // A pin names its log, also where the writer never had a grant.
    for (const { log } of [...old.pins, ...writer.pins]) affected.add(log.ns)
  }
  return affected
}

/** What of a writer binds the past; new grants do not. */
function binding(writer: Writer): Uint8Array {
  const closed = writer.grants.filter((grant) => grant.until !== undefined)
  return encodeCbor({ closed, pins: writer.pins } as unknown as CborValue)
}
