/**
 * Takes in once more what a node holds, in a fresh store, and does apart what of that is trust:
 * verifying signatures and hashes, and the gate that reads every body. Signing, which an author
 * does once, is measured beside them. Nothing in the product measures itself.
 */
import { generateKeyPairSync, sign } from 'node:crypto'
import {
  allCommits,
  type Commit,
  DOMAIN,
  decodeCommit,
  encodeCommit,
  openRegistry,
  type Signer,
  signFor,
} from '@mulu/registry-core'
import { pino } from 'pino'
import { systemClock } from '../packages/node/dist/clock.js'
import { createCrypto } from '../packages/node/dist/crypto.js'
import { openNode } from '../packages/node/dist/open-node.js'
import { openDatabase } from '../packages/node/dist/store/open-database.js'
import { PROFILES } from '../packages/node/dist/store/profiles.js'
import { copyRosters } from '../packages/node/dist/store/scratch-registry.js'
import { entrySections, type ReadCommit } from '../packages/registry-core/dist/commit/commit.js'
import { attribute } from '../packages/registry-core/dist/log/attribute.js'
import { servePeer } from './peer-calls.ts'
import { timed } from './timed.ts'
import type { TrustTiming } from './timing.ts'

/** What the benchmark asks. */
export type TrustCalls = { readonly measure: () => Promise<TrustTiming> }

/** Commits that are handed over together, as one answer of a peer holds. */
const HANDED_OVER = 16

const [dir = ''] = process.argv.slice(2)
const node = await openNode(dir, systemClock, pino({ level: 'silent' }))
const { registry } = node.context.store
const crypto = createCrypto()

servePeer({ measure } satisfies TrustCalls, () => node.close())

/** The parts first, while the engine is still cold for them, so that their share is not too small. */
async function measure(): Promise<TrustTiming> {
  const wire: Uint8Array[] = []
  for await (const commit of allCommits(registry)) wire.push(encodeCommit(commit))
  const read: ReadCommit[] = []
  const verifying = await timed('verify', async () => {
    for (const bytes of wire) read.push(verified(bytes))
  })
  const gating = await timed('gate', async () => {
    for (const commit of read) entrySections(commit)
  })
  const signer = makeSigner()
  const signing = await timed('sign', async () => {
    for (const { header } of read) signFor(signer, DOMAIN.commit, header)
  })
  return { verifying, gating, signing, receiving: await receive(wire) }
}

function verified(bytes: Uint8Array): ReadCommit {
  const attribution = attribute(crypto, registry.rosters, decodeCommit(bytes))
  if ('code' in attribution) throw new Error(`a stored commit does not verify: ${attribution.code}`)
  return attribution.commit
}

function makeSigner(): Signer {
  const { privateKey } = generateKeyPairSync('ed25519')
  return {
    publicKey: registry.roster?.state.writers.get(1)?.key ?? new Uint8Array(),
    sign: (message) => new Uint8Array(sign(null, message, privateKey)),
  }
}

/** Takes all of it into an empty store; throws when the outcome is another catalogue. */
async function receive(wire: readonly Uint8Array[]): Promise<TrustTiming['receiving']> {
  const db = await openDatabase(`${dir}-again`)
  const again = await openRegistry({
    ...{ db, crypto, now: systemClock.now, profiles: Object.values(PROFILES) },
    randomBytes: (length) => new Uint8Array(length),
  })
  await copyRosters(registry, again)
  const took = await timed('receive', async () => {
    for (let at = 0; at < wire.length; at += HANDED_OVER) {
      const commits: readonly Commit[] = wire.slice(at, at + HANDED_OVER).map(decodeCommit)
      await again.accept(commits)
    }
    await again.catalogueDigest()
  })
  const [own, other] = await Promise.all([registry.catalogueDigest(), again.catalogueDigest()])
  if (Buffer.compare(own, other) !== 0) throw new Error('what was taken in again is not equal')
  await again.close()
  await db.close()
  return took
}
