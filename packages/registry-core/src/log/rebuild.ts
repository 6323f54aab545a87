/**
 * Judging a scope again from its commits: after a cut, a fork or a reset clock, what was accepted
 * may count otherwise. A marker in the store makes it safe to be interrupted: the rebuild then
 * runs again at the next opening.
 */

import { bucketMark } from '../catalogue/digest-tree.ts'
import type { Erasures } from '../erasure/erasures.ts'
import type { Archived } from '../pruning/archived.ts'
import type { Lacking } from '../pruning/lacking.ts'
import { forgetPruning } from '../pruning/prune.ts'
import {
  commitBatch,
  del,
  logPrefix,
  type Operation,
  put,
  type Scope,
  type Store,
  scopeOfKey,
  scopePrefix,
  under,
} from '../store/store.ts'
import type { Acceptor, AcceptorContext } from './acceptor.ts'
import { setForeignAside } from './foreign-commits.ts'
import { type LogState, unjudged } from './log-state.ts'
import type { Logs } from './logs.ts'

const MARKER = 'replay/'
const PORTION = 1_024

/** Scopes whose rebuild was begun and not finished. */
export async function unfinishedScopes(store: Store): Promise<readonly Scope[]> {
  const keys = await store.meta.keys({ gt: MARKER, lt: 'replay0' }).all()
  return keys.map((key) => scopeOfKey(key.slice(MARKER.length)))
}

/** Marks a scope in the batch of what makes judging it again necessary. */
export function rebuildMark(store: Store, scope: Scope): Operation {
  return put(store.meta, MARKER + scopePrefix(scope), new Uint8Array())
}

/** What judging again works on. */
export type RebuildContext = Pick<
  AcceptorContext,
  'crypto' | 'rosters' | 'settlement' | 'stage' | 'foreseen'
> & {
  readonly store: Store
  readonly logs: Logs
  readonly acceptor: Acceptor
  readonly erasures: Erasures
  readonly lacking: Lacking
  readonly archived: Archived
}

/** Empties the derived state of a scope and judges all its commits anew. */
export async function rebuildScope(context: RebuildContext, scope: Scope): Promise<void> {
  const { store, logs, acceptor, stage, erasures, foreseen, lacking, archived } = context
  const prefix = scopePrefix(scope)
  await commitBatch(store, [rebuildMark(store, scope)])
  await archived.forget(scope)
  await setForeignAside(context, scope)
  const pass = async (resets: Resets): Promise<Resets> => {
    lacking.forget(scope)
    await clearDerived(store, scope, stage)
    const states = await resetLogs(store, logs, scope, resets)
    for (const state of states) await acceptor.advance(state.log)
    return new Map(states.map(({ log }) => [log.writer, logs.get(log).resets]))
  }
  foreseen.clear()
  const resets = await pass(new Map())
  // Orders count through the pass as they did before, so that nothing erased shows up meanwhile;
  // where one has fallen, what it named comes back. A reset bounds stamps of earlier commits, so
  // the views need to know it from the start.
  const hasFallen = (await erasures.refresh(scope)).length > 0
  const isReset = [...resets.values()].some((list) => list.length > 0)
  // Who named what came to stand only later waits for it in the second pass.
  if (hasFallen || isReset || foreseen.size > 0) await pass(resets)
  await commitBatch(store, [del(store.meta, MARKER + prefix)])
}

type Resets = ReadonlyMap<number, LogState['resets']>

async function clearDerived(
  store: Store,
  scope: Scope,
  stage: AcceptorContext['stage'],
): Promise<void> {
  const prefix = scopePrefix(scope)
  await deleteKeys(store, store.outcomes.keys(under(prefix)), (key) => [del(store.outcomes, key)])
  await deleteRecords(store, scope, stage)
  await deleteKeys(store, store.lacking.keys(under(prefix)), (key) => [del(store.lacking, key)])
  await deleteKeys(store, store.leaves.keys(under(prefix)), (key) => [
    del(store.leaves, key),
    bucketMark(store, prefix, key),
  ])
}

async function deleteRecords(
  store: Store,
  scope: Scope,
  stage: AcceptorContext['stage'],
): Promise<void> {
  const prefix = scopePrefix(scope)
  const keys = store.records.keys(under(prefix))
  for (;;) {
    const some = await keys.nextv(PORTION)
    if (some.length === 0) break
    const recs = some.map((key) => [key.slice(prefix.length + 1), undefined] as const)
    const staged = await stage(scope, new Map(recs))
    await commitBatch(store, [...some.map((key) => del(store.records, key)), ...staged.operations])
    staged.apply()
  }
  await keys.close()
}

async function deleteKeys(
  store: Store,
  keys: { nextv(size: number): Promise<string[]>; close(): Promise<void> },
  toOperations: (key: string) => readonly Operation[],
): Promise<void> {
  for (;;) {
    const some = await keys.nextv(PORTION)
    if (some.length === 0) break
    await commitBatch(store, some.flatMap(toOperations))
  }
  await keys.close()
}

/** Every stored commit of the scope counts as held until the chain has reached it again. */
async function resetLogs(
  store: Store,
  logs: Logs,
  scope: Scope,
  resets: Resets,
): Promise<readonly LogState[]> {
  const states = logs.inScope(scope)
  for (const state of states) {
    const keys = await store.commits.keys(under(logPrefix(state.log))).all()
    const outcome = new Uint8Array()
    const positions = new Set(keys.map((key) => key.slice(0, key.lastIndexOf('/'))))
    const reset = {
      ...unjudged(state),
      held: positions.size,
      resets: resets.get(state.log.writer) ?? [],
    }
    await commitBatch(store, [
      ...keys.map((key) => put(store.outcomes, key, outcome)),
      forgetPruning(store, state.log),
      logs.operation(store, reset),
    ])
    logs.set(reset)
  }
  return states
}
