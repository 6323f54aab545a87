/** Whether a header is signed by the writer that it names, as a known roster has it. */
import type { SignedHeader } from '../commit/commit.ts'
import type { Header } from '../commit/header.ts'
import { type Crypto, DOMAIN, verify } from '../crypto.ts'
import { equalBytes } from '../encoding/bytes.ts'
import { MuluError } from '../errors.ts'
import type { Roster } from '../roster/roster.ts'

/** MULU_ROSTER_UNKNOWN, MULU_COMMIT_FEDERATION, MULU_KEY_NOT_BOUND or MULU_SIGNATURE. */
export function checkSigned(
  crypto: Crypto,
  rosters: readonly Roster[],
  commit: SignedHeader & { readonly read: Header },
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
  const bound = (isCitedHere ? cited : newest).state.writers.get(writer)
  if (bound === undefined || bound.dispute === 'open') throw new MuluError('MULU_KEY_NOT_BOUND')
  if (verify(crypto, bound.key, DOMAIN.commit, commit.header, commit.signature)) return
  // Whoever has not heard yet whose number it is takes what another key has signed for good.
  throw new MuluError(bound.dispute === 'settled' ? 'MULU_KEY_NOT_BOUND' : 'MULU_SIGNATURE')
}
