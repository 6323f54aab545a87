/** What snapshots state, and proofs of them: a forged one never says what is not so. */

import { leafOnPath } from '../../packages/registry-core/src/catalogue/tree-nodes.ts'
import { type Header, readHeader } from '../../packages/registry-core/src/commit/header.ts'
import { concat, equalBytes } from '../../packages/registry-core/src/encoding/bytes.ts'
import { MuluError } from '../../packages/registry-core/src/errors.ts'
import { gatherEvidence } from '../../packages/registry-core/src/evidence/gather.ts'
import { recOf } from '../../packages/registry-core/src/record/record-id.ts'
import type { Registry } from '../../packages/registry-core/src/registry.ts'
import {
  checkProof,
  decodeProof,
  encodeProof,
  type Proven,
  type SnapshotProof,
} from '../../packages/registry-core/src/snapshot/proof.ts'
import {
  encodeReceipt,
  encodeSnapshot,
  receiptOf,
  snapshotOf,
} from '../../packages/registry-core/src/snapshot/statement.ts'
import { testCrypto } from '../../packages/registry-core/testing/crypto.ts'
import {
  openMembers,
  passAround,
  witnessedFederation,
  writeTitle,
} from '../../packages/registry-core/testing/snapshots.ts'
import { coded, wantSame } from '../promises.ts'
import type { Target } from '../target.ts'

const THERE = { ns: 3, kind: 'resource', local: 'r1' }
const NOT_THERE = { ns: 3, kind: 'resource', local: 'none' }
const NOWHERE = { ns: 9, kind: 'resource', local: 'r1' }

/** A settled snapshot at the node of a member. */
export async function settledSnapshot(): Promise<Registry> {
  const members = await openMembers(witnessedFederation())
  const [one, , three] = members
  if (one === undefined || three === undefined) throw new Error('members are missing')
  for (let n = 1; n < 9; n++) await writeTitle(three, 'x', `resource/r${n}`)
  await passAround(members)
  await one.registry.snapshot(1)
  await passAround(members)
  for (const [i, { registry }] of members.entries()) if (i > 0) await registry.attest(i + 1)
  await passAround(members)
  return one.registry
}

/** Opens the targets on one settled snapshot. */
export async function openSnapshotTargets(): Promise<readonly Target[]> {
  const registry = await settledSnapshot()
  const proofs = await Promise.all(
    [THERE, NOT_THERE, NOWHERE].map(async (record) => {
      const { proof } = await gatherEvidence(testCrypto, registry, record)
      if (proof === undefined) throw new Error('nothing is proven')
      const truth = checkProof(testCrypto, registry.rosters, record, proof)
      return { record, proof, truth, path: encodePath(proof) }
    }),
  )
  return [proofTarget(registry, proofs), pathTarget(proofs), statementTarget(proofs)]
}

type Sample = {
  readonly record: typeof THERE
  readonly proof: SnapshotProof
  readonly truth: Proven
  readonly path: Uint8Array
}

/** Whole proofs, each for the record whose number the first byte is. */
function proofTarget(registry: Registry, samples: readonly Sample[]): Target {
  return {
    name: 'proof',
    corpus: samples.map(({ proof }, i) => concat(Uint8Array.of(i), encodeProof(proof))),
    read: (input) => {
      const sample = samples[(input[0] ?? 0) % samples.length]
      if (sample === undefined) throw new Error('no sample')
      return coded(
        () => refusing(() => decodeProof(input.subarray(1))),
        (proof) => {
          wantSame(encodeProof(proof), input.subarray(1), 'the proof')
          coded(
            () => checkProof(testCrypto, registry.rosters, sample.record, proof),
            (proven) => wantTruth(sample, proven),
          )
        },
      )
    },
  }
}

/** Paths alone below an honest root: nothing stops a forger there but the hashes. */
function pathTarget(samples: readonly Sample[]): Target {
  return {
    name: 'proof-path',
    corpus: samples.map(({ path }, i) => concat(Uint8Array.of(i), path)),
    read: (input) => {
      const sample = samples[(input[0] ?? 0) % samples.length]
      if (sample === undefined) throw new Error('no sample')
      const { record, truth } = sample
      const path = decodePath(input.subarray(1))
      return coded(
        () => refusing(() => leafOnPath(testCrypto, truth.root, record.ns, recOf(record), path)),
        (leaf) => wantTruth(sample, { ...truth, leaf }),
      )
    },
  }
}

/** Statements in headers: any bytes are one, in one form, or none. */
function statementTarget(samples: readonly Sample[]): Target {
  const [sample] = samples
  if (sample === undefined) throw new Error('no sample')
  const headers = [sample.proof.snapshot, ...sample.proof.receipts.map(({ commit }) => commit)]
  const start = readHeader(sample.proof.snapshot.header)
  return {
    name: 'statement',
    corpus: headers.flatMap(({ header }) => Object.values(readHeader(header).ext)),
    read: (input) => {
      const of = (type: 1 | 2, name: string): Header => ({ ...start, type, ext: { [name]: input } })
      const snapshot = snapshotOf(of(1, 'snapshot'))
      const receipt = receiptOf(of(2, 'receipt'))
      const again = {
        ...(snapshot && encodeSnapshot(snapshot)),
        ...(receipt && encodeReceipt(receipt)),
      }
      for (const bytes of Object.values(again)) wantSame(bytes, input, 'the statement')
      return snapshot === undefined && receipt === undefined ? 'refused' : 'taken'
    },
  }
}

/** What holds has to say of the record what the honest proof says. */
function wantTruth({ truth }: Sample, { id, leaf }: Proven): void {
  const isSame =
    leaf === undefined || truth.leaf === undefined
      ? leaf === truth.leaf
      : equalBytes(leaf, truth.leaf)
  if (!isSame || !equalBytes(id, truth.id)) throw new Error('a forged proof holds')
}

function refusing<T>(decode: () => T): T {
  try {
    return decode()
  } catch (cause) {
    throw new MuluError('MULU_EVIDENCE_SHAPE', { cause })
  }
}

/** A path as one run of bytes: each node after its length. */
function encodePath({ path }: SnapshotProof): Uint8Array {
  return concat(
    ...path.flatMap((node) => [Uint8Array.of(node.length >> 8, node.length & 0xff), node]),
  )
}

function decodePath(bytes: Uint8Array): readonly Uint8Array[] {
  const path: Uint8Array[] = []
  for (let at = 0; at + 2 <= bytes.length && path.length < 4; ) {
    const end = at + 2 + (((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0))
    path.push(bytes.subarray(at + 2, end))
    at = end
  }
  return path
}
