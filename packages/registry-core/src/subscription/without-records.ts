/** Commits as they stand where their namespace is held as headers alone. */
import { type Commit, type ReadCommit, readCommit } from '../commit/commit.ts'
import type { Crypto } from '../crypto.ts'
import { orNothing } from '../errors.ts'
import { withoutBodies } from '../pruning/superseded.ts'
import type { Holdings } from './holdings.ts'

/** A commit without the bodies of its entries; its note stays, which says why. */
export function withoutRecords(
  crypto: Crypto,
  commit: ReadCommit,
): ReturnType<typeof withoutBodies> {
  return withoutBodies(crypto, commit, new Set(commit.read.entries.keys()))
}

/** A commit as this node takes it: without bodies that are not held here, whoever sends them. */
export async function asHeld(
  crypto: Crypto,
  holdings: Pick<Holdings, 'isBare'>,
  commit: Commit,
  onNamespace: (ns: number) => Promise<void>,
): Promise<{ readonly commit: Commit; readonly isBare: boolean }> {
  // What cannot be read is refused further on, with its reason.
  const read = orNothing(() => readCommit(crypto, commit))
  if (read === undefined) return { commit, isBare: false }
  await onNamespace(read.read.ns)
  if (!holdings.isBare(read.read)) return { commit, isBare: false }
  return { commit: withoutRecords(crypto, read).commit, isBare: true }
}
