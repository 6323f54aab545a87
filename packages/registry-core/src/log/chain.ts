/** Finding commits by their position: the chain is what leads on from a parent by its id. */
import type { ReadCommit } from '../commit/commit.ts'
import type { Crypto } from '../crypto.ts'
import { equalBytes, toHex } from '../encoding/bytes.ts'
import type { LogEnd } from '../roster/change.ts'
import { readIntact } from '../scrub/commit-condition.ts'
import { positionPrefix, type Store, under } from '../store/store.ts'
import type { LogKey, LogPosition } from './log.ts'

/**
 * Every stored commit at a position: one, or several where a log has forked. One whose bytes have
 * rotted is as good as absent, so that nothing is ever judged by it.
 */
export async function commitsAt(
  crypto: Crypto,
  store: Store,
  log: LogKey,
  seq: number,
): Promise<readonly ReadCommit[]> {
  const stored = await store.commits.iterator(under(positionPrefix(log, seq))).all()
  return stored.flatMap(([key, bytes]) => readIntact(crypto, key, bytes) ?? [])
}

/** A commit that is next on its chain, and whether another one follows the same parent. */
export type Next = { readonly commit: ReadCommit; readonly isForked: boolean }

/**
 * The stored commit that follows `position`. Up to the roster's anchor only the branch that leads
 * there counts; elsewhere any of several serves, since the log ends at the fork.
 */
export async function nextStored(
  crypto: Crypto,
  store: Store,
  log: LogKey,
  position: LogPosition,
  anchor: LogEnd | undefined,
): Promise<Next | undefined> {
  const all = await commitsAt(crypto, store, log, position.seq + 1)
  const following = all.filter((commit) => equalBytes(commit.read.parent, position.id))
  const [first] = following
  if (first === undefined) return undefined
  if (following.length === 1) return { commit: first, isForked: false }
  if (anchor === undefined || position.seq >= anchor.seq) return { commit: first, isForked: true }
  const branch = await idsToAnchor(crypto, store, log, position.seq, anchor)
  const chosen = following.find((commit) => branch.has(toHex(commit.id)))
  return chosen && { commit: chosen, isForked: false }
}

/** The ids on the way back from the anchor to the commit after position `from`. */
export async function idsToAnchor(
  crypto: Crypto,
  store: Store,
  log: LogKey,
  from: number,
  anchor: LogEnd,
): Promise<ReadonlySet<string>> {
  const ids = new Set<string>()
  let id = anchor.id
  for (let seq = anchor.seq; seq > from; seq--) {
    const commit = (await commitsAt(crypto, store, log, seq)).find((c) => equalBytes(c.id, id))
    if (commit === undefined) break
    ids.add(toHex(id))
    id = commit.read.parent
  }
  return ids
}
