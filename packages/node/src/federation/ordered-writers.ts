/**
 * Writers that an agency has admitted by orders, where its namespaces move or it ends: the root
 * chain cannot close a single one of them, so the orders that stand have to (ADR 0043).
 */
import {
  ORDERED_WRITERS_FROM,
  type Registry,
  type Roster,
  type RosterDraft,
  readDraft,
  type Writer,
  withOrders,
} from '@mulu/registry-core'
import { createCrypto } from '../crypto.ts'
import { refuseOrders } from './find-agency.ts'

/** Refuses a version under which writers by order could go on in what is no longer their agency's. */
export function refuseOpenWriters(registry: Registry, body: Uint8Array): void {
  const crypto = createCrypto()
  const chain = registry.rootChain
  const before = chain.at(-1)
  if (before === undefined) return
  const draft = readDraft(crypto, before, body)
  const lost = lostNamespaces(before, draft)
  if (lost.size === 0) return
  const next = { ...draft, signatures: 0, bytes: new Uint8Array() }
  const orders = registry.orders().map(({ order }) => order)
  const { state } = withOrders(crypto, [...chain, next], orders).rosters.at(-1) ?? next
  const open = [...state.writers.values()].filter((writer) => writesIn(writer, lost))
  if (open.length === 0) return
  refuseOrders('Writers by order could still write in what their agency loses.', {
    writers: open.map(({ client, office }) => ({ writer: client, office })),
    hint:
      'Let the agency close them first: mulu key revoke WRITER --agency-key FILE. Or leave ' +
      'their admissions out of the orders that stand: --stand. What they wrote is then orphaned.',
  })
}

/** Namespaces with the agency that has them no longer, by moving or by its end. */
function lostNamespaces(before: Roster, { state }: RosterDraft): ReadonlyMap<number, number> {
  const lost = new Map<number, number>()
  for (const [ns, { owners }] of before.state.namespaces) {
    const agency = owners.at(-1)?.agency ?? 0
    const isMoved = state.namespaces.get(ns)?.owners.at(-1)?.agency !== agency
    const isEnded = state.agencies.get(agency)?.retired?.version === state.version
    if (isMoved || isEnded) lost.set(ns, agency)
  }
  return lost
}

function writesIn(writer: Writer, lost: ReadonlyMap<number, number>): boolean {
  if (writer.client < ORDERED_WRITERS_FROM) return false
  return writer.grants.some(
    (grant) => grant.until === undefined && lost.get(grant.ns) === writer.agency,
  )
}
