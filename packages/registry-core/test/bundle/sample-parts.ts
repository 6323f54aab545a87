/** One part of each type, as a bundle may carry them. */
import type { Part } from '../../src/bundle/part.ts'
import type { LogHead } from '../../src/log/log.ts'
import { testSigner } from '../../testing/crypto.ts'

/** A tagged key, which has the form of a hash as well. */
export const HASH: Uint8Array = testSigner(7).publicKey

const HEAD: LogHead = {
  log: { ns: 3, aud: 1, writer: 2 },
  known: { seq: 9, id: HASH },
  accepted: { seq: 8, id: HASH },
  forkedAt: undefined,
  floor: 0,
  statements: undefined,
}

/** The parts. */
export const PARTS: readonly Part[] = [
  {
    t: 'from',
    ...{ fed: HASH, madeMs: 1_700_000_000_000, sender: 2, to: 5 },
    roster: { version: 4, hash: HASH },
    heads: [HASH],
    signature: new Uint8Array(64).fill(3),
  },
  {
    t: 'from',
    ...{ fed: HASH, madeMs: 1_700_000_000_000, sender: 2, to: 5, orders: HASH, heads: [] },
    roster: { version: 4, hash: HASH },
    signature: new Uint8Array(64).fill(3),
  },
  { t: 'orders', orders: [HASH, new Uint8Array(2)] },
  {
    t: 'from',
    ...{ fed: HASH, madeMs: 0, sender: 0, to: 0, heads: [] },
    roster: { version: 0, hash: new Uint8Array() },
    signature: new Uint8Array(),
  },
  {
    t: 'heads',
    heads: [
      HEAD,
      { ...HEAD, log: { ns: 3, aud: [3, 7], writer: 4 }, forkedAt: 5 },
      { ...HEAD, forkedAt: 6, statements: HASH },
      { ...HEAD, accepted: { seq: 0, id: new Uint8Array() } },
    ],
  },
  { t: 'rosters', rosters: [Uint8Array.of(1, 2, 3)] },
  { t: 'profile', profile: Uint8Array.of(123, 125) },
  { t: 'rows', name: 'work', rows: [['baseline/1', '{}']] },
  { t: 'commits', commits: [new Uint8Array(400).fill(9), Uint8Array.of(1)] },
  { t: 'end', commits: 2 },
]
