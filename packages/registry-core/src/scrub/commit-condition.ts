/**
 * Whether a stored commit is still what its author signed. This is the one place that decides it:
 * the scrub, what is served to others and every judging anew ask here.
 */
import { bodiesRoot, type ReadCommit, readCommitOrNothing } from '../commit/commit.ts'
import type { Crypto } from '../crypto.ts'
import { equalBytes } from '../encoding/bytes.ts'
import { areOrdersSigned, readOrderOrNothing } from '../erasure/proof.ts'
import { isMuluError } from '../errors.ts'
import { checkSigned } from '../log/check-signed.ts'
import type { Roster } from '../roster/roster.ts'
import { commitKey } from '../store/store.ts'

/**
 * sound      as signed, at its place
 * misplaced  as signed, at a place that is not its own
 * body       the header is as signed, a body is not, or an order that came with it
 * commit     nothing can be made of it
 */
export type CommitCondition =
  | { readonly kind: 'sound' | 'misplaced' | 'body'; readonly commit: ReadCommit }
  | { readonly kind: 'commit' }

/**
 * The commit at `key` where its id and its bodies are right, and the orders that came with it can
 * be read; signatures are not looked at.
 */
export function readIntact(crypto: Crypto, key: string, bytes: Uint8Array): ReadCommit | undefined {
  const commit = readCommitOrNothing(crypto, bytes)
  if (commit === undefined || keyOf(commit) !== key) return undefined
  const isReadable = (commit.orders ?? []).every((order) => readOrderOrNothing(order) !== undefined)
  return isReadable && areBodiesRight(crypto, commit) ? commit : undefined
}

/** The condition of the bytes stored at `key`. */
export function conditionOf(
  crypto: Crypto,
  rosters: readonly Roster[],
  key: string,
  bytes: Uint8Array,
): CommitCondition {
  const commit = readCommitOrNothing(crypto, bytes)
  if (commit === undefined) return { kind: 'commit' }
  if (!isSigned(crypto, rosters, commit)) return { kind: 'commit' }
  const isInPlace = keyOf(commit) === key
  const isWhole = areBodiesRight(crypto, commit) && areOrdersRight(crypto, rosters, commit)
  if (!isWhole) return isInPlace ? { kind: 'body', commit } : { kind: 'commit' }
  return { kind: isInPlace ? 'sound' : 'misplaced', commit }
}

/** Every body that is here, and the hash of every one that is not, is what the header says. */
function areBodiesRight(crypto: Crypto, { bodies, read }: ReadCommit): boolean {
  return equalBytes(bodiesRoot(crypto, bodies), read.bodies)
}

/** The orders that came with a commit; a body that is missing without one was pruned or left out. */
function areOrdersRight(crypto: Crypto, rosters: readonly Roster[], commit: ReadCommit): boolean {
  try {
    return areOrdersSigned(crypto, rosters, commit)
  } catch {
    // Whatever fails while reading rotten orders has one meaning: they prove nothing.
    return false
  }
}

/**
 * Whether the header is signed; a roster that is not here yet says nothing against it, and where
 * the number of its writer is in dispute nobody can tell yet.
 */
function isSigned(crypto: Crypto, rosters: readonly Roster[], commit: ReadCommit): boolean {
  try {
    checkSigned(crypto, rosters, commit)
    return true
  } catch (error) {
    if (!isMuluError(error)) throw error
    const writer = rosters.at(-1)?.state.writers.get(commit.read.writer)
    return error.code === 'MULU_ROSTER_UNKNOWN' || writer?.dispute === 'open'
  }
}

function keyOf({ id, read }: ReadCommit): string {
  return commitKey({ ns: read.ns, aud: read.aud, writer: read.writer }, read.seq, id)
}
