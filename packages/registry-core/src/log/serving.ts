/** Handing out what is stored: pages of a log, and statements by their place. */
import { type Commit, decodeCommit, encodeCommit, type ReadCommit } from '../commit/commit.ts'
import { decodeHeader } from '../commit/header.ts'
import type { Crypto } from '../crypto.ts'
import type { Erasures } from '../erasure/erasures.ts'
import { missingEntries, orderedEntries } from '../erasure/proof.ts'
import { withoutSuperseded } from '../pruning/superseded.ts'
import type { Registry } from '../registry.ts'
import { readIntact } from '../scrub/commit-condition.ts'
import type { Settlement } from '../snapshot/settlement.ts'
import { commitKey, fixedHex, logPrefix, type Store, under } from '../store/store.ts'
import { withoutRecords } from '../subscription/without-records.ts'
import type { LogKey, LogPosition } from './log.ts'

/** What handing out rests on. */
export type ServingContext = {
  readonly crypto: Crypto
  readonly store: Store
  readonly settlement: Settlement
  readonly erasures: Erasures
}

const PAGE_BYTES = 4_194_304

/**
 * Which bodies a page of a log holds.
 *
 * held   those that are here
 * whole  all, up to the first commit of which one is absent here
 * live   those that are here and, as far as a settled snapshot covers them, not superseded
 * none   none but notes
 */
export type BodiesServed = 'held' | 'whole' | 'live' | 'none'

/** A page of a log from a position on, in wire form; both sides of a fork stand on one page. */
export async function readLog(
  context: ServingContext,
  log: LogKey,
  fromSeq: number,
  maxBytes: number,
  bodies: BodiesServed = 'held',
): ReturnType<Registry['readLog']> {
  const { crypto, store, erasures } = context
  const range = under(logPrefix(log))
  const from = `${logPrefix(log)}/${fixedHex(fromSeq, 12)}`
  const commits: Uint8Array[] = []
  let bytes = 0
  let position = ''
  for await (const [key, commit] of store.commits.iterator({ gte: from, lt: range.lt })) {
    const at = key.slice(0, from.length)
    // What has rotted is passed on to nobody; what follows it can be asked for by position.
    const intact = readIntact(crypto, key, commit)
    if (intact === undefined) break
    if (bodies === 'whole' && isBodyAbsent(intact)) break
    const isOver = commits.length > 0 && bytes + commit.length > maxBytes
    // Both sides of a fork go together, so that a page can be continued by position.
    if (isOver && at !== position) return { commits, more: true }
    const lean = await leanAs(context, log, intact, bodies)
    const served = erasures.served(key, lean === intact ? commit : encodeCommit(lean))
    commits.push(served)
    bytes += served.length
    position = at
  }
  return { commits, more: false }
}

function leanAs(
  context: ServingContext,
  log: LogKey,
  commit: ReadCommit,
  bodies: BodiesServed,
): ReadCommit | Promise<ReadCommit> {
  if (bodies === 'live') return withoutSuperseded(context, log, commit)
  return bodies === 'none' ? withoutRecords(context.crypto, commit).commit : commit
}

/** Whether a body is not here that no order accounts for. */
function isBodyAbsent(commit: ReadCommit): boolean {
  const ordered = orderedEntries(commit)
  return missingEntries(commit).some((entry) => !ordered.includes(entry))
}

/** Those statements of a log that are here, in wire form, as many as fit. */
export async function readStatements(
  { crypto, store, settlement, erasures }: ServingContext,
  log: LogKey,
  places: readonly LogPosition[],
  maxBytes: number,
): Promise<readonly Uint8Array[]> {
  const found: Uint8Array[] = []
  let bytes = 0
  for (const { seq, id } of places) {
    const key = commitKey(log, seq, id)
    const commit = settlement.has(id) ? await store.commits.get(key) : undefined
    if (commit === undefined || readIntact(crypto, key, commit) === undefined) continue
    const served = erasures.served(key, commit)
    bytes += served.length
    if (found.length > 0 && bytes > maxBytes) break
    found.push(served)
  }
  return found
}

/** Commits of a replica in wire form, log by log, for re-checking and for copies. */
export async function* allCommits(registry: Registry): AsyncGenerator<Commit> {
  for (const { log } of registry.heads()) {
    for (let from = 1, more = true; more; ) {
      const page = await registry.readLog(log, from, PAGE_BYTES)
      for (const bytes of page.commits) {
        const commit = decodeCommit(bytes)
        from = decodeHeader(commit.header).seq + 1
        yield commit
      }
      more = page.more
    }
  }
}
