/**
 * Who signed a commit: the first question about bytes from anywhere. What cannot be attributed to
 * a writer of a known roster is dropped and leaves no trace.
 */
import { type Commit, checkBodies, type ReadCommit, readCommit } from '../commit/commit.ts'
import { type Crypto, DOMAIN, verify } from '../crypto.ts'
import { equalBytes } from '../encoding/bytes.ts'
import { type ErrorCode, isMuluError, MuluError } from '../errors.ts'
import type { Roster } from '../roster/roster.ts'

/** The signed commit, or why it is dropped. `blame` is false where the sender may be honest. */
export type Attribution =
  | { readonly commit: ReadCommit }
  | { readonly code: ErrorCode; readonly blame: boolean }

/**
 * Reads a commit and verifies federation, writer, signature and body hashes. With `partial` bodies
 * may be missing, their hashes verified like the others.
 */
export function attribute(
  crypto: Crypto,
  rosters: readonly Roster[],
  commit: Commit,
  partial = false,
): Attribution {
  try {
    const read = readCommit(crypto, commit)
    checkSignature(crypto, rosters, read)
    checkBodies(crypto, read)
    if (!partial && read.bodies.some((body) => !(body instanceof Uint8Array))) {
      return { code: 'MULU_BODY_MISSING', blame: false }
    }
    return { commit: read }
  } catch (error) {
    if (!isMuluError(error)) throw error
    return { code: error.code, blame: error.code !== 'MULU_ROSTER_UNKNOWN' }
  }
}

/**
 * Throws unless a writer of a known roster signed the header: MULU_COMMIT_FEDERATION,
 * MULU_ROSTER_UNKNOWN, MULU_KEY_NOT_BOUND, MULU_SIGNATURE.
 */
export function checkSignature(
  crypto: Crypto,
  rosters: readonly Roster[],
  commit: ReadCommit,
): void {
  const { fed, roster, writer } = commit.read
  const newest = rosters.at(-1)
  const cited = rosters[roster[0] - 1]
  if (newest !== undefined && !equalBytes(newest.fed, fed)) {
    throw new MuluError('MULU_COMMIT_FEDERATION')
  }
  if (newest === undefined || cited === undefined) throw new MuluError('MULU_ROSTER_UNKNOWN')
  // A hash that differs at a known version is a forked roster: the commit waits, and since a
  // writer never changes its key, the newest version still tells who signed it.
  const isCitedHere = equalBytes(cited.hash, roster[1])
  const key = (isCitedHere ? cited : newest).state.writers.get(writer)?.key
  if (key === undefined) throw new MuluError('MULU_KEY_NOT_BOUND')
  if (!verify(crypto, key, DOMAIN.commit, commit.header, commit.signature)) {
    throw new MuluError('MULU_SIGNATURE')
  }
}
