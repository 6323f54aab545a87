/** Finding commits by their position: the chain is what leads on from a parent by its id. */
import { decodeCommit, type ReadCommit, readCommit } from '../commit/commit.ts'
import type { Crypto, Hash } from '../crypto.ts'
import { equalBytes, toHex } from '../encoding/bytes.ts'
import type { LogEnd } from '../roster/change.ts'
import { commitKey, positionPrefix, type Store, under } from '../store/store.ts'
import type { LogKey, LogPosition } from './log.ts'

/** Every stored commit at a position: one, or several where a log has forked. */
export async function commitsAt(
  crypto: Crypto,
  store: Store,
  log: LogKey,
  seq: number,
): Promise<readonly ReadCommit[]> {
  const stored = await store.commits.values(under(positionPrefix(log, seq))).all()
  return stored.map((bytes) => readCommit(crypto, decodeCommit(bytes)))
}

/** Whether a commit of this id is stored at this position. */
export async function hasCommit(
  store: Store,
  log: LogKey,
  seq: number,
  id: Hash,
): Promise<boolean> {
  return (await store.outcomes.get(commitKey(log, seq, id))) !== undefined
}

/**
 * The stored commit that follows `position`. Where several do, the roster's pin decides; without
 * one any of them serves, since the log ends at the fork.
 */
export async function nextStored(
  crypto: Crypto,
  store: Store,
  log: LogKey,
  position: LogPosition,
  pin: LogEnd | undefined,
): Promise<ReadCommit | undefined> {
  const all = await commitsAt(crypto, store, log, position.seq + 1)
  const following = all.filter((commit) => equalBytes(commit.read.parent, position.id))
  if (following.length < 2 || pin === undefined) return following[0]
  const branch = await pinnedIds(crypto, store, log, pin)
  return following.find((commit) => branch.has(toHex(commit.id)))
}

/** The ids on the way from the start of the log to the pinned commit. */
async function pinnedIds(
  crypto: Crypto,
  store: Store,
  log: LogKey,
  pin: LogEnd,
): Promise<ReadonlySet<string>> {
  const ids = new Set<string>()
  let id = pin.id
  for (let seq = pin.seq; seq > 0; seq--) {
    const commit = (await commitsAt(crypto, store, log, seq)).find((c) => equalBytes(c.id, id))
    if (commit === undefined) break
    ids.add(toHex(id))
    id = commit.read.parent
  }
  return ids
}
