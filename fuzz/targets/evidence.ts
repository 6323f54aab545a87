/** Files of evidence: the decoder, and the whole check of what it reads. */
import { MemoryLevel } from 'memory-level'
import { hash } from '../../packages/registry-core/src/crypto.ts'
import { concat, utf8 } from '../../packages/registry-core/src/encoding/bytes.ts'
import { isMuluError } from '../../packages/registry-core/src/errors.ts'
import { checkEvidence } from '../../packages/registry-core/src/evidence/check.ts'
import {
  decodeEvidence,
  encodeEvidence,
} from '../../packages/registry-core/src/evidence/evidence.ts'
import { gatherEvidence } from '../../packages/registry-core/src/evidence/gather.ts'
import { openRegistry } from '../../packages/registry-core/src/open-registry.ts'
import { CN_GOV_PROFILE } from '../../packages/registry-core/src/profile/cn-gov.ts'
import type { Database } from '../../packages/registry-core/src/registry.ts'
import { testCrypto } from '../../packages/registry-core/testing/crypto.ts'
import { openReplica, TestFederation } from '../../packages/registry-core/testing/federation.ts'
import { coded, wantSame } from '../promises.ts'
import type { Fate, Target } from '../target.ts'
import { settledSnapshot } from './snapshot.ts'

const MAGIC = utf8('mulu/evidence/1')
const HASH_BYTES = 33

/** Opens the targets on the evidence for one record. */
export async function openEvidenceTargets(): Promise<readonly Target[]> {
  const corpus = (await sampleFiles()).map((file) => file.subarray(0, -HASH_BYTES))
  return [
    {
      name: 'evidence',
      corpus,
      read: (input) =>
        coded(
          () => decodeEvidence(testCrypto, sealed(input)),
          (value) => wantSame(encodeEvidence(testCrypto, value), sealed(input), 'the evidence'),
        ),
    },
    {
      name: 'evidence-check',
      corpus,
      // Each input opens a replica of its own.
      share: 1 / 50,
      read: (input) => check(sealed(input)),
    },
  ]
}

/** Inputs lack the hash at the end, so that mutations get past it as those of a forger do. */
function sealed(input: Uint8Array): Uint8Array {
  const body = input.subarray(MAGIC.length)
  return concat(input, hash(testCrypto, MAGIC, body))
}

async function check(file: Uint8Array): Promise<Fate> {
  const scratch = await openRegistry({
    db: new MemoryLevel<string, string>() as unknown as Database,
    crypto: testCrypto,
    now: () => 0,
    randomBytes: (length) => new Uint8Array(length),
    profiles: [CN_GOV_PROFILE],
  })
  try {
    await checkEvidence(testCrypto, scratch, decodeEvidence(testCrypto, file))
    return 'taken'
  } catch (error) {
    if (isMuluError(error) && error.code !== 'MULU_INTERNAL') return 'refused'
    throw error
  } finally {
    await scratch.close()
  }
}

/** Files without a proof, and with one that a record was in a snapshot or was not. */
async function sampleFiles(): Promise<readonly Uint8Array[]> {
  const registry = await settledSnapshot()
  const files = [await plainFile()]
  for (const local of ['r1', 'none']) {
    const record = { ns: 3, kind: 'resource', local }
    const evidence = await gatherEvidence(testCrypto, registry, record)
    files.push(encodeEvidence(testCrypto, { ...evidence, profiles: [] }))
  }
  await registry.close()
  return files
}

/** A small file: the profile is known to the replica and left out. */
async function plainFile(): Promise<Uint8Array> {
  const federation = TestFederation.found([{ seed: 1, agency: 'A' }])
  const { registry } = await openReplica(federation, { client: 1, seed: 1 })
  const write = (rec: string, title: string): Promise<unknown> =>
    registry.write({ ns: 1, aud: 1, actor: 'x', changes: [{ rec, set: { 'title/en': title } }] })
  await write('resource/r1', 'first')
  await write('resource/r2', 'other')
  await write('resource/r1', 'second')
  const record = { ns: 1, kind: 'resource', local: 'r1' }
  const evidence = await gatherEvidence(testCrypto, registry, record)
  await registry.close()
  return encodeEvidence(testCrypto, { ...evidence, profiles: [] })
}
