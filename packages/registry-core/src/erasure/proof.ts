/**
 * When a body may be missing: where a header that its writer signed orders the erasure, and the
 * roster that this header cites gives that writer the right. Whether the order counts is another
 * question, which erasures.ts answers.
 */
import { audienceText } from '../commit/audience.ts'
import type { ReadCommit } from '../commit/commit.ts'
import { type Erase, type Header, readHeader } from '../commit/header.ts'
import type { Crypto } from '../crypto.ts'
import { equalBytes } from '../encoding/bytes.ts'
import { checkSigned } from '../log/check-signed.ts'
import { hasRight } from '../roster/grant.ts'
import type { Roster } from '../roster/roster.ts'

/** The entries of a commit whose bodies are not here; -1 stands for its note. */
export function missingEntries({ read, bodies }: ReadCommit): readonly number[] {
  const notes = read.note > 0 ? 1 : 0
  return bodies.flatMap((body, i) => (body instanceof Uint8Array ? [] : [i - notes]))
}

/** Whether every missing body is named by an order that the commit brings. */
export function isMissingProven(
  crypto: Crypto,
  rosters: readonly Roster[],
  commit: ReadCommit,
): boolean {
  return isProven(crypto, rosters, commit, missingEntries(commit))
}

/** Whether orders that the commit brings name these entries, and were given by who may. */
export function isProven(
  crypto: Crypto,
  rosters: readonly Roster[],
  commit: ReadCommit,
  missing: readonly number[],
): boolean {
  if (missing.length === 0) return true
  const ordered = new Set<number>()
  for (const order of commit.orders ?? []) {
    const read = readHeader(order.header)
    checkSigned(crypto, rosters, { ...order, read })
    if (!mayOrder(rosters, read)) continue
    for (const erase of read.erase) if (isOf(erase, read, commit)) ordered.add(erase[3])
  }
  return missing.every((entry) => ordered.has(entry) && isErasable(commit.read, entry))
}

/** Whether the roster that a header cites gave its writer the right to erase there. */
export function mayOrder(rosters: readonly Roster[], { ns, aud, writer, roster }: Header): boolean {
  const cited = rosters[roster[0] - 1]
  if (cited === undefined || !equalBytes(cited.hash, roster[1])) return false
  return hasRight(cited.state, { ns, aud, writer }, 'erase')
}

/** What has legal effect is never erased by a writer: that would take back a closing. */
export function isErasable(header: Header, entry: number): boolean {
  const found = header.entries[entry]
  return found !== undefined && found.cls !== 1
}

function isOf([writer, seq, id]: Erase, order: Header, { id: own, read }: ReadCommit): boolean {
  const isSameLog =
    order.ns === read.ns &&
    audienceText(order.aud) === audienceText(read.aud) &&
    writer === read.writer
  return isSameLog && seq === read.seq && equalBytes(id, own)
}
