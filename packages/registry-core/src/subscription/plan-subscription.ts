/** What another subscription would bring and let go, counted from what is here; nothing changes. */
import { decodeCommit, entryOfBody, readCommit } from '../commit/commit.ts'
import { NOTE_ENTRY } from '../commit/header.ts'
import type { Crypto } from '../crypto.ts'
import type { Logs } from '../log/logs.ts'
import type { Lacking } from '../pruning/lacking.ts'
import { RecordDocument } from '../record/document.ts'
import type { RosterState } from '../roster/state.ts'
import { positionPrefix, type Scope, type Store, scopePrefix, under } from '../store/store.ts'
import { isArchivedWhole } from './follow-subscription.ts'
import type { Holdings } from './holdings.ts'
import { type Subscription, subscribedNamespaces } from './subscription.ts'

/** Records, and bytes of bodies, of some namespaces. */
export type Amount = {
  readonly namespaces: number
  readonly records: number
  readonly bytes: number
}

/** What would change. */
export type SubscriptionPlan = {
  /** The namespaces that would be held. */
  readonly held: readonly number[]
  /** What would have to come, as far as headers tell of it here. */
  readonly comes: Amount
  /** What would go, and how much of that an archive is known to have, so that it goes at once. */
  readonly goes: Amount
  readonly archived: Amount
}

/** What counting works on. */
export type PlanContext = {
  readonly crypto: Crypto
  readonly store: Store
  readonly logs: Logs
  readonly holdings: Holdings
  readonly lacking: Pick<Lacking, 'keepsAll'>
  readonly archived: Parameters<typeof isArchivedWhole>[0]['archived']
}

const NOTHING: Amount = { namespaces: 0, records: 0, bytes: 0 }

/** Counts what a subscription of the node of a writer would change; undefined for everything. */
export async function planSubscription(
  context: PlanContext,
  state: RosterState,
  client: number,
  subscription: Subscription | undefined,
): Promise<SubscriptionPlan> {
  const { logs, holdings } = context
  const wanted = subscription && subscribedNamespaces(state, client, subscription)
  const here = new Set(logs.all().flatMap(({ log }) => (log.aud === 1 ? [log.ns] : [])))
  let [comes, goes, archived] = [NOTHING, NOTHING, NOTHING]
  for (const ns of here) {
    const scope = { ns, aud: 1 } as const
    const isWanted = wanted === undefined || wanted.has(ns)
    if (isWanted && holdings.isBare(scope)) comes = add(comes, await absentIn(context, scope))
    if (isWanted || holdings.isBare(scope)) continue
    const amount = await heldIn(context, scope)
    goes = add(goes, amount)
    if (isArchivedWhole(context, scope)) archived = add(archived, amount)
  }
  const all = [...state.namespaces.keys()].sort((a, b) => a - b)
  return { held: all.filter((ns) => wanted?.has(ns) ?? true), comes, goes, archived }
}

/** Records that show something, and the bytes of all bodies. */
async function heldIn({ crypto, store }: PlanContext, scope: Scope): Promise<Amount> {
  const range = under(scopePrefix(scope))
  let [records, bytes] = [0, 0]
  for await (const _ of store.leaves.keys(range)) records += 1
  for await (const stored of store.commits.values(range)) {
    const { bodies, read } = readCommit(crypto, decodeCommit(stored))
    for (const [i, body] of bodies.entries()) {
      const isNote = entryOfBody(read, i) === NOTE_ENTRY
      if (body instanceof Uint8Array && !isNote) bytes += body.length
    }
  }
  return { namespaces: 1, records, bytes }
}

/** Records of which a value that counts is absent, and the bytes of the bodies to be fetched. */
async function absentIn({ crypto, store, lacking }: PlanContext, scope: Scope): Promise<Amount> {
  const range = under(scopePrefix(scope))
  const wanted = new Map<string, Set<number>>()
  let records = 0
  for await (const stored of store.records.values(range)) {
    const document = RecordDocument.open(stored)
    const live = document.lacking()
    if (live.length > 0) records += 1
    const rows = lacking.keepsAll ? document.rows.filter(({ isAbsent }) => isAbsent) : live
    for (const { client, seq, entry } of rows) {
      const key = positionPrefix({ ...scope, writer: client }, seq)
      wanted.set(key, (wanted.get(key) ?? new Set()).add(entry))
    }
  }
  let bytes = 0
  for await (const [key, stored] of store.commits.iterator(range)) {
    const entries = wanted.get(key.slice(0, key.lastIndexOf('/')))
    if (entries === undefined) continue
    const { read } = readCommit(crypto, decodeCommit(stored))
    for (const entry of entries) bytes += read.entries[entry]?.bytes ?? 0
  }
  return { namespaces: 1, records, bytes }
}

function add(a: Amount, b: Amount): Amount {
  return {
    namespaces: a.namespaces + b.namespaces,
    records: a.records + b.records,
    bytes: a.bytes + b.bytes,
  }
}
