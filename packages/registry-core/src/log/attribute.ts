/**
 * Who signed a commit: the first question about bytes from anywhere. What cannot be attributed to
 * a writer of a known roster is dropped and leaves no trace.
 */
import { type Commit, checkBodies, type ReadCommit, readCommit } from '../commit/commit.ts'
import type { Crypto } from '../crypto.ts'
import { areOrdersSigned, isMissingProven } from '../erasure/proof.ts'
import { type ErrorCode, isMuluError } from '../errors.ts'
import { administratorOf } from '../roster/administrators.ts'
import type { Roster } from '../roster/roster.ts'
import { checkSigned } from './check-signed.ts'

/** The signed commit, or why it is dropped. `blame` is false where the sender may be honest. */
export type Attribution =
  | { readonly commit: ReadCommit }
  | { readonly code: ErrorCode; readonly blame: boolean }

/**
 * Reads a commit and verifies federation, writer, signature and body hashes. Bodies may be missing
 * where the commit brings the orders that had them erased; with `leftOut` any may.
 */
export function attribute(
  crypto: Crypto,
  rosters: readonly Roster[],
  commit: Commit,
  leftOut = false,
): Attribution {
  let writer = 0
  try {
    const read = readCommit(crypto, commit)
    writer = read.read.writer
    checkSigned(crypto, rosters, read)
    checkBodies(crypto, read)
    const isExplained = leftOut
      ? areOrdersSigned(crypto, rosters, read)
      : isMissingProven(crypto, rosters, read)
    if (!isExplained) {
      return { code: 'MULU_BODY_MISSING', blame: true }
    }
    return { commit: read }
  } catch (error) {
    if (!isMuluError(error)) throw error
    return { code: error.code, blame: !isForLater(rosters, error.code, writer) }
  }
}

/** Whether a roster or an order that is not here yet can make the commit attributable. */
function isForLater(rosters: readonly Roster[], code: ErrorCode, writer: number): boolean {
  if (code === 'MULU_ROSTER_UNKNOWN') return true
  const administrators = rosters.at(-1)?.state.administrators ?? []
  return code === 'MULU_KEY_NOT_BOUND' && administratorOf(administrators, writer) !== undefined
}
