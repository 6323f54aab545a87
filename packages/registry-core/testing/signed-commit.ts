/** Commits made by hand, for tests of what becomes of them. */
import { encodeBody } from '../src/commit/body.ts'
import { bodiesRoot, type Commit, commitId } from '../src/commit/commit.ts'
import { encodeHeader, type Header } from '../src/commit/header.ts'
import type { Over } from '../src/commit/over.ts'
import { DOMAIN, signFor } from '../src/crypto.ts'
import { concat } from '../src/encoding/bytes.ts'
import { testCrypto, testSigner } from './crypto.ts'
import { TEST_START_MS, type TestFederation } from './federation.ts'

/** A commit of a writer that sets one title, with whatever a test wants otherwise. */
export function commitOf(
  federation: TestFederation,
  client: number,
  change: Partial<Header> = {},
  value = 'x',
  signer = client,
  over: Over = [],
): Commit & { readonly id: Uint8Array } {
  const seq = change.seq ?? 1
  const body = encodeBody({ client, seq, clock: seq - 1 }, [{ path: 'title/en', value }])
  const bodies = [concat(new Uint8Array(16), body)]
  const header = encodeHeader({
    v: 1,
    fed: federation.newest.fed,
    ns: 1,
    aud: 1,
    writer: client,
    seq,
    parent: new Uint8Array(),
    roster: [federation.newest.version, federation.newest.hash],
    after: [],
    stamp: [TEST_START_MS + seq, 0],
    reset: false,
    actor: 'x',
    type: 0,
    crit: [],
    note: 0,
    entries: [{ rec: 'resource/r1', cls: 0, len: 1, bytes: body.length, over }],
    erase: [],
    bodies: bodiesRoot(testCrypto, bodies),
    ext: {},
    ...change,
  })
  const signature = signFor(testSigner(signer), DOMAIN.commit, header)
  return { header, signature, bodies, id: commitId(testCrypto, header) }
}

/** A commit without entries, such as a snapshot or a receipt; a receipt unless told otherwise. */
export function statementCommitOf(
  federation: TestFederation,
  client: number,
  change: Partial<Header>,
): Commit & { readonly id: Uint8Array } {
  const bare = { type: 2, entries: [], bodies: bodiesRoot(testCrypto, []) } as const
  return { ...commitOf(federation, client, { ...bare, ...change }), bodies: [] }
}
