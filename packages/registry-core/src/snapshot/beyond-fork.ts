/**
 * What counts of forked logs beyond what stands there. Of such a log nodes exchange the branch that
 * stands, so snapshots and receipts beyond its fork are passed on by themselves, by position and
 * id (docs/adr/0053). How many is bounded by log, and which is the same wherever the same is known:
 * settled snapshots before others, then the newest; of each witness one receipt for a snapshot.
 */
import type { ReadCommit } from '../commit/commit.ts'
import { type Crypto, DOMAIN, type Hash, hash } from '../crypto.ts'
import { toHex } from '../encoding/bytes.ts'
import { encodeCbor } from '../encoding/cbor.ts'
import type { LogKey, LogPosition } from '../log/log.ts'
import { logPrefix } from '../store/store.ts'
import { receiptOf } from './statement.ts'

/** Statements of one log that are passed on so; a witness signs about one a day. */
export const STATEMENTS_BEYOND_MAX = 1_024

/** A statement that counts, and whether it stands in its log or lies beyond a fork of it. */
export type Counted = { readonly commit: ReadCommit; readonly isStanding: boolean }

/** A snapshot and the receipt of each witness that speaks for it, as far as they count. */
export type Backed = {
  readonly isSettled: boolean
  readonly snapshot: Counted
  readonly receipts: readonly Counted[]
}

/** Statements beyond the fork of one log, ascending, and the digest over them. */
export type StatementsBeyond = {
  readonly places: readonly LogPosition[]
  readonly digest: Hash
}

/** Of each witness the receipt that speaks for it: of the root rather than of heads alone. */
export function receiptOfEach(counted: readonly Counted[]): readonly Counted[] {
  const best = new Map<number, Counted>()
  for (const each of counted) {
    const before = best.get(each.commit.read.writer)
    if (before === undefined || isBetter(each, before)) best.set(each.commit.read.writer, each)
  }
  return [...best.values()]
}

function isBetter(a: Counted, b: Counted): boolean {
  const [isRoot, wasRoot] = [isOfRoot(a.commit), isOfRoot(b.commit)]
  if (isRoot !== wasRoot) return isRoot
  if (a.isStanding !== b.isStanding) return a.isStanding
  return comparePlaces(placeOf(a.commit), placeOf(b.commit)) < 0
}

/** Whether a receipt is for the catalogue root as well. */
export function isOfRoot({ read }: ReadCommit): boolean {
  return receiptOf(read)?.isRootChecked === true
}

/** What to pass on of each forked log, by its prefix; `snapshots` come with the newest first. */
export function statementsBeyond(
  crypto: Crypto,
  snapshots: readonly Backed[],
): ReadonlyMap<string, StatementsBeyond> {
  const byLog = new Map<string, LogPosition[]>()
  const settledFirst = [
    ...snapshots.filter(({ isSettled }) => isSettled),
    ...snapshots.filter(({ isSettled }) => !isSettled),
  ]
  for (const { snapshot, receipts } of settledFirst) {
    // A snapshot that nobody agreed to says nothing that a node could need.
    if (receipts.length === 0) continue
    for (const { commit, isStanding } of [snapshot, ...receipts]) {
      if (isStanding) continue
      const key = logPrefix(logOf(commit))
      const places = byLog.get(key) ?? []
      byLog.set(key, places)
      if (places.length < STATEMENTS_BEYOND_MAX) places.push(placeOf(commit))
    }
  }
  return new Map(
    [...byLog].map(([key, found]) => {
      const places = found.sort(comparePlaces)
      return [key, { places, digest: digestOf(crypto, places) }] as const
    }),
  )
}

function digestOf(crypto: Crypto, places: readonly LogPosition[]): Hash {
  const rows = places.map(({ seq, id }) => [seq, id])
  return hash(crypto, DOMAIN.heads, encodeCbor(['statements', rows]))
}

function placeOf({ id, read }: ReadCommit): LogPosition {
  return { seq: read.seq, id }
}

function logOf({ read }: ReadCommit): LogKey {
  return { ns: read.ns, aud: read.aud, writer: read.writer }
}

function comparePlaces(a: LogPosition, b: LogPosition): number {
  return a.seq - b.seq || (toHex(a.id) < toHex(b.id) ? -1 : 1)
}
