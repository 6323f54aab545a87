/**
 * When a body may be missing: where a header that its writer signed orders the erasure, and the
 * roster that this header cites gives that writer the right. Whether the order counts is another
 * question, which erasures.ts answers.
 */
import { audienceText } from '../commit/audience.ts'
import { entryOfBody, type ReadCommit, type SignedHeader } from '../commit/commit.ts'
import { type Erase, type Header, NOTE_ENTRY, readHeader } from '../commit/header.ts'
import type { Crypto } from '../crypto.ts'
import { equalBytes } from '../encoding/bytes.ts'
import { MuluError, orNothing } from '../errors.ts'
import { checkSigned } from '../log/check-signed.ts'
import type { Right } from '../roster/change.ts'
import { citesRight } from '../roster/grant.ts'
import type { Roster } from '../roster/roster.ts'

/** The entries of a commit whose bodies are not here, its note among them. */
export function missingEntries({ read, bodies }: ReadCommit): readonly number[] {
  const missing: number[] = []
  for (let i = 0; i < bodies.length; i++) {
    if (!(bodies[i] instanceof Uint8Array)) missing.push(entryOfBody(read, i))
  }
  return missing
}

/**
 * Those of the missing bodies that orders name which came with the commit; the rest is absent. An
 * order that has rotted names nothing.
 */
export function orderedEntries(commit: ReadCommit): readonly number[] {
  const missing = missingEntries(commit)
  if (missing.length === 0 || commit.orders === undefined) return []
  const named = new Set<number>()
  for (const order of commit.orders) {
    const read = readOrderOrNothing(order)
    for (const erase of read?.erase ?? []) {
      if (read !== undefined && isOf(erase, read, commit)) named.add(erase[3])
    }
  }
  return missing.filter((entry) => named.has(entry))
}

/** What an order that came with a commit says; MULU_COMMIT_SHAPE when its bytes are no header. */
function readOrder({ header }: SignedHeader): Header {
  try {
    return readHeader(header)
  } catch (cause) {
    throw new MuluError('MULU_COMMIT_SHAPE', { cause, details: { reason: String(cause) } })
  }
}

/** The same; undefined when it has rotted. */
export function readOrderOrNothing(order: SignedHeader): Header | undefined {
  return orNothing(() => readOrder(order))
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
    const read = readOrder(order)
    checkSigned(crypto, rosters, { ...order, read })
    if (!mayOrder(rosters, read)) continue
    for (const erase of read.erase) {
      const isMeant = isOf(erase, read, commit)
      if (isMeant && isErasable(rosters, read, commit.read, erase[3])) ordered.add(erase[3])
    }
  }
  return missing.every((entry) => ordered.has(entry))
}

/** Whether each order that came with a commit is signed and names it; throws for what is none. */
export function areOrdersSigned(
  crypto: Crypto,
  rosters: readonly Roster[],
  commit: ReadCommit,
): boolean {
  return (commit.orders ?? []).every((order) => {
    const read = readOrder(order)
    checkSigned(crypto, rosters, { ...order, read })
    return read.erase.some((erase) => isOf(erase, read, commit))
  })
}

/** Whether the roster that a header cites gave its writer the right to erase there. */
export function mayOrder(rosters: readonly Roster[], order: Header): boolean {
  return isGiven(rosters, order, 'erase')
}

/**
 * Whether an order can have an entry of a commit erased, or its note. What has legal effect only
 * by who may set it as well: to erase a closing is to take it back (docs/adr/0049).
 */
export function isErasable(
  rosters: readonly Roster[],
  order: Header,
  named: Pick<Header, 'entries' | 'note'>,
  entry: number,
): boolean {
  if (entry === NOTE_ENTRY) return named.note > 0
  const found = named.entries[entry]
  if (found === undefined) return false
  return found.cls !== 1 || isGiven(rosters, order, 'classify')
}

function isGiven(
  rosters: readonly Roster[],
  { ns, aud, writer, roster }: Header,
  right: Right,
): boolean {
  const cited = rosters[roster[0] - 1]
  if (cited === undefined || !equalBytes(cited.hash, roster[1])) return false
  return citesRight(cited.state, { ns, aud, writer }, right)
}

function isOf([writer, seq, id]: Erase, order: Header, { id: own, read }: ReadCommit): boolean {
  const isSameLog =
    order.ns === read.ns &&
    audienceText(order.aud) === audienceText(read.aud) &&
    writer === read.writer
  return isSameLog && seq === read.seq && equalBytes(id, own)
}
