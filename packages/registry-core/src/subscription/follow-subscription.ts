/**
 * Brings what is held in line with what was subscribed to, one namespace at a time. A namespace
 * that is to be held is judged again from its commits, so that all that is absent is found and
 * asked for. One that is not goes once an archive was heard to have every commit that counts here:
 * it is judged again without its bodies, and then they leave the commits. Both are marked in the
 * store first and are finished at the next opening when they are interrupted.
 */
import { decodeCommit, encodeCommit, readCommit } from '../commit/commit.ts'
import type { Crypto } from '../crypto.ts'
import type { Logs } from '../log/logs.ts'
import { rebuildMark } from '../log/rebuild.ts'
import { decodeOutcome } from '../log/stored-outcome.ts'
import type { Archived } from '../pruning/archived.ts'
import type { RosterState } from '../roster/state.ts'
import type { DamageList } from '../scrub/damage.ts'
import {
  commitBatch,
  type Operation,
  put,
  type Scope,
  type Store,
  scopePrefix,
  under,
} from '../store/store.ts'
import type { Change, Holdings } from './holdings.ts'
import { subscribedNamespaces } from './subscription.ts'
import { withoutRecords } from './without-records.ts'

/** What following works on. */
export type FollowContext = {
  readonly crypto: Crypto
  readonly store: Store
  readonly logs: Logs
  readonly holdings: Holdings
  readonly archived: Pick<Archived, 'positionOf'>
  readonly damage: Pick<DamageList, 'isIn'>
  readonly state: () => RosterState | undefined
  /** The own writer number, where the roster has one. */
  readonly self: () => number | undefined
  readonly rebuild: (scope: Scope) => Promise<void>
  /** Runs work while nothing else changes the replica. */
  readonly exclusively: <T>(work: () => Promise<T>) => Promise<T>
}

const PORTION = 64

/** The namespaces that are to be held; undefined for all, and null while nobody can say. */
export function namespacesToHold({
  holdings,
  state,
  self,
}: Pick<FollowContext, 'holdings' | 'state' | 'self'>): ReadonlySet<number> | undefined | null {
  const { subscription } = holdings
  if (subscription === undefined) return undefined
  const roster = state()
  const client = self()
  const role = roster?.writers.get(client ?? 0)?.role
  if (roster === undefined || client === undefined || role === undefined) return null
  // What was subscribed to before the admission holds for offices alone.
  if (role !== 'office') return undefined
  return subscribedNamespaces(roster, client, subscription)
}

/** Namespaces that are here and are to go, whether they may or not. */
export function namespacesToLeave(context: FollowContext): readonly number[] {
  const wanted = namespacesToHold(context)
  if (wanted === undefined || wanted === null) return []
  const { logs, holdings } = context
  const here = new Set(logs.all().flatMap(({ log }) => (log.aud === 1 ? [log.ns] : [])))
  return [...here].filter((ns) => !wanted.has(ns) && !holdings.isBare({ ns, aud: 1 }))
}

/** Holds what is to be held, and lets go what may go; whether anything changed. */
export async function followSubscription(context: FollowContext): Promise<boolean> {
  const wanted = namespacesToHold(context)
  if (wanted === null) return false
  await context.exclusively(() => leaveAllUnseen(context))
  let changed = false
  for (const ns of context.holdings.bare) {
    if (wanted === undefined || wanted.has(ns)) {
      changed = (await context.exclusively(() => hold(context, ns))) || changed
    } else await context.exclusively(() => strip(context, ns))
  }
  for (const ns of namespacesToLeave(context)) {
    changed = (await context.exclusively(() => leave(context, ns))) || changed
  }
  return changed
}

/** Does not hold what is not to be held and of which nothing is here yet. */
async function leaveAllUnseen(context: FollowContext): Promise<void> {
  const { store, holdings, logs, state } = context
  const wanted = namespacesToHold(context)
  if (wanted === undefined || wanted === null) return
  const here = new Set(logs.all().flatMap(({ log }) => (log.aud === 1 ? [log.ns] : [])))
  const unseen = [...(state()?.namespaces.keys() ?? [])].filter(
    (ns) => !wanted.has(ns) && !here.has(ns) && !holdings.isBare({ ns, aud: 1 }),
  )
  const changes = unseen.map((ns) => holdings.leave(ns, true))
  if (changes.length > 0) await write(store, changes, [])
}

/** The same of one namespace, before its first commit: the roster may know nothing of it. */
export async function leaveUnseen(context: FollowContext, ns: number): Promise<void> {
  const { store, holdings, logs } = context
  const wanted = namespacesToHold(context)
  if (wanted === undefined || wanted === null || wanted.has(ns)) return
  const scope = { ns, aud: 1 } as const
  if (holdings.isBare(scope) || logs.inScope(scope).length > 0) return
  await write(store, [holdings.leave(ns, true)], [])
}

async function hold(context: FollowContext, ns: number): Promise<boolean> {
  const { store, holdings, damage, rebuild } = context
  const scope = { ns, aud: 1 } as const
  const wanted = namespacesToHold(context)
  const isWanted = wanted === undefined || wanted?.has(ns) === true
  if (!isWanted || !holdings.isBare(scope) || damage.isIn(scope)) return false
  await write(store, [holdings.hold(ns)], [rebuildMark(store, scope)])
  await rebuild(scope)
  return true
}

async function leave(context: FollowContext, ns: number): Promise<boolean> {
  const { store, holdings, damage, rebuild } = context
  const scope = { ns, aud: 1 } as const
  const isToGo = namespacesToLeave(context).includes(ns)
  if (!isToGo || damage.isIn(scope)) return false
  if (!isArchivedWhole(context, scope) && !(await isNothingHere(context, scope))) return false
  await write(store, [holdings.leave(ns, false)], [rebuildMark(store, scope)])
  await rebuild(scope)
  await strip(context, ns)
  return true
}

/** Whether an archive was heard to have all that counts here of a scope. */
export function isArchivedWhole(
  { logs, archived }: Pick<FollowContext, 'logs' | 'archived'>,
  scope: Scope,
): boolean {
  return logs.inScope(scope).every(({ log, accepted }) => archived.positionOf(log) >= accepted.seq)
}

/** Whether no body that counts is here, as after a restore: then nothing goes by going. */
async function isNothingHere({ crypto, store }: FollowContext, scope: Scope): Promise<boolean> {
  const range = under(scopePrefix(scope))
  for await (const _ of store.leaves.keys({ ...range, limit: 1 })) return false
  for await (const bytes of store.commits.values(range)) {
    if (withoutRecords(crypto, readCommit(crypto, decodeCommit(bytes))).count > 0) return false
  }
  return true
}

/** Takes the bodies out of the commits that count; what counts nowhere may be here alone. */
async function strip(context: FollowContext, ns: number): Promise<void> {
  const { crypto, store, holdings, damage } = context
  const scope = { ns, aud: 1 } as const
  if (!holdings.isToBeStripped(ns) || damage.isIn(scope)) return
  const { lt } = under(scopePrefix(scope))
  for (let gt = under(scopePrefix(scope)).gt; ; ) {
    const rows = await store.commits.iterator({ gt, lt, limit: PORTION }).all()
    const last = rows.at(-1)
    if (last === undefined) break
    gt = last[0]
    const outcomes = await store.outcomes.getMany(rows.map(([key]) => key))
    const operations = rows.flatMap(([key, bytes], i) => {
      const kind = outcomes[i] && decodeOutcome(outcomes[i]).kind
      if (kind !== 'in force' && kind !== 'void') return []
      const lean = withoutRecords(crypto, readCommit(crypto, decodeCommit(bytes)))
      return lean.count === 0 ? [] : [put(store.commits, key, encodeCommit(lean.commit))]
    })
    if (operations.length > 0) await commitBatch(store, operations)
  }
  await write(store, [holdings.leave(ns, true)], [])
}

async function write(
  store: Store,
  changes: readonly Change[],
  operations: readonly Operation[],
): Promise<void> {
  await commitBatch(store, [...changes.map(({ operation }) => operation), ...operations])
  for (const { apply } of changes) apply()
}
