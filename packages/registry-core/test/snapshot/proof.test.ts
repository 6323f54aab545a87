import { expect } from 'chai'
import { MemoryLevel } from 'memory-level'
import { NOTHING } from '../../src/catalogue/tree-nodes.ts'
import type { Commit } from '../../src/commit/commit.ts'
import type { Hash } from '../../src/crypto.ts'
import { concat } from '../../src/encoding/bytes.ts'
import { decodeCbor, encodeCbor } from '../../src/encoding/cbor.ts'
import { isMuluError } from '../../src/errors.ts'
import { type Checked, checkEvidence } from '../../src/evidence/check.ts'
import { decodeEvidence, type Evidence, encodeEvidence } from '../../src/evidence/evidence.ts'
import { gatherEvidence } from '../../src/evidence/gather.ts'
import { KEPT_TREES_MAX } from '../../src/limits.ts'
import { openRegistry } from '../../src/open-registry.ts'
import { CN_GOV_PROFILE } from '../../src/profile/cn-gov.ts'
import type { Database } from '../../src/registry.ts'
import type { SnapshotProof } from '../../src/snapshot/proof.ts'
import { testCrypto } from '../../testing/crypto.ts'
import { openReplica, type TestFederation, type TestReplica } from '../../testing/federation.ts'
import {
  openMembers,
  pass,
  passAround,
  witnessedFederation,
  writeTitle,
} from '../../testing/snapshots.ts'

const R1 = { ns: 3, kind: 'resource', local: 'r1' }
const LATER = { ns: 3, kind: 'resource', local: 'later' }
const NONE = { ns: 3, kind: 'resource', local: 'none' }
const ELSEWHERE = { ns: 99, kind: 'resource', local: 'r1' }
const RECORDS = 20

describe('proofs of snapshots', () => {
  let federation: TestFederation
  let members: readonly TestReplica[]
  let one: TestReplica
  let three: TestReplica
  let first: Hash

  beforeEach(async () => {
    federation = witnessedFederation()
    members = await openMembers(federation)
    ;[one, , three] = members as [TestReplica, TestReplica, TestReplica]
    await writeTitle(three, 'at first')
    for (let n = 0; n < RECORDS; n++) await writeTitle(three, 'x', `resource/n${n}`)
    first = await settle()
  })

  it('[SN5] proves that a record was in a settled snapshot in which state, or that it was not', async () => {
    const now = await check(await evidenceOf(R1))
    expect(now.snapshot).to.deep.include({ id: first, isPresent: true, agreedRoot: [2, 3] })
    expect(now.snapshot).to.deep.include({ writer: 1, asAfter: { writer: 3, seq: 1 } })
    await writeTitle(three, 'changed')
    await writeTitle(three, 'new', 'resource/later')
    await passAround(members)
    const then = await check(await evidenceOf(R1))
    expect(then.view?.fields['title/en']).to.equal('changed')
    expect(then.snapshot).to.deep.include({ isPresent: false, asAfter: { writer: 3, seq: 1 } })
    expect(then.snapshot?.leaf).to.not.equal(undefined)
    for (const record of [LATER, NONE, ELSEWHERE]) {
      const { snapshot, history } = await check(await evidenceOf(record))
      expect(snapshot).to.deep.include({ id: first, leaf: undefined, asAfter: undefined })
      expect(history).to.have.length(record === LATER ? 1 : 0)
    }
    const second = await settle()
    expect((await check(await evidenceOf(LATER))).snapshot).to.deep.include({
      ...{ id: second, isPresent: true },
    })
    const before = await check(await evidenceOf(LATER, first))
    expect(before.snapshot).to.deep.include({ id: first, leaf: undefined })
  })

  it('[SN16] shows no earlier leaf of a record once a field of it was erased and destroyed', async () => {
    const leaves = async (): Promise<boolean> => {
      for await (const [key, bytes] of three.db.iterator<string, Uint8Array>({
        valueEncoding: 'view',
      })) {
        if (key.includes('!kept!') && Buffer.from(bytes).includes(Buffer.from(old))) return true
      }
      return false
    }
    const old = (await three.registry.leafOf(R1)) ?? new Uint8Array()
    await three.registry.attest(3)
    expect(await leaves()).to.equal(true)
    await three.registry.erasing.order({
      ...{ ns: 3, rec: 'resource/r1', path: 'title/en', order: 'order 7', actor: 'x' },
    })
    await three.registry.snapshot(3)
    expect(await leaves()).to.equal(true)
    await three.registry.erasing.destroy()
    expect(await leaves()).to.equal(false)
    const prove = (rec: string) =>
      three.registry.prove(first, { ns: 3, kind: 'resource', local: rec }).then(
        () => 'proven',
        (error: unknown) => (isMuluError(error) ? error.code : String(error)),
      )
    expect(await prove('r1')).to.equal('MULU_SNAPSHOT_NOT_KEPT')
    // Whatever falls into other buckets is proven as before.
    expect(await prove('n1')).to.equal('proven')
  })

  it('[SN6] shows nothing once nodes, receipts or snapshot of a proof are altered, cut or of another', async () => {
    const present = await proofOf(R1)
    const absent = await proofOf(NONE)
    const [top, scope, group, bucket] = present.path as Four
    await writeTitle(three, 'changed')
    await passAround(members)
    const open = await one.registry.snapshot(1)
    expect(await codeOf(() => evidenceOf(R1, open))).to.equal('MULU_SNAPSHOT_UNSETTLED')
    const second = await settle()
    const other = await proofOf(R1, second)
    const pairs = Uint8Array.from(bucket)
    pairs[pairs.length - 1] = (pairs.at(-1) ?? 0) ^ 1
    const [receipt] = present.receipts
    const rows = decodeCbor(top) as [number, Uint8Array][]
    const cases: readonly (readonly [string, object, Partial<SnapshotProof>])[] = [
      ['an altered pair', R1, { path: [top, scope, group, pairs] }],
      ['a pair left out', R1, { path: [top, scope, group, new Uint8Array()] }],
      ['a pair added', R1, { path: [top, scope, group, concat(bucket, bucket)] }],
      ['another bucket', R1, { path: absent.path }],
      ['an emptied group', R1, { path: [top, scope, group.map(() => 0)] }],
      ['an emptied scope', R1, { path: [top, concat(...Array(64).fill(NOTHING))] }],
      ['a namespace left out', R1, { path: [encodeCbor(rows.slice(0, -1))] }],
      ['no bucket', R1, { path: [top, scope, group] }],
      ['no group', R1, { path: [top, scope] }],
      ['no scope', R1, { path: [top] }],
      ['no path', R1, { path: [] }],
      ['nodes in another order', R1, { path: [top, group, scope, bucket] }],
      ['a node too many', ELSEWHERE, { path: [top, scope] }],
      ['a path of another snapshot', R1, { path: other.path }],
      ['another snapshot', R1, { snapshot: other.snapshot }],
      ['receipts of another snapshot', R1, { receipts: other.receipts }],
      ['no receipts', R1, { receipts: [] }],
      ['one receipt twice', R1, { receipts: receipt ? [receipt, receipt] : [] }],
      ['a damaged receipt', R1, { receipts: present.receipts.map(damaged) }],
      ['no snapshot but a receipt', R1, { snapshot: receipt?.commit ?? present.snapshot }],
      ['a damaged snapshot', R1, { snapshot: damage(present.snapshot) }],
    ]
    for (const [what, record, change] of cases) {
      const forged = { ...present, ...change }
      const evidence = { ...(await evidenceOf(R1)), record, commits: [], proof: forged } as Evidence
      expect(await codeOf(() => check(evidence)), what).to.match(/^MULU_EVIDENCE/)
    }
    const honest = { ...(await evidenceOf(R1)), commits: [], proof: present }
    expect((await check(honest)).snapshot?.id).to.deep.equal(first)
  })

  it('[SN7] keeps trees over a restart, forgets the oldest, and proves only what it held', async () => {
    const late = await openReplica(federation)
    await pass(one.registry, late.registry)
    expect(await codeOf(() => late.registry.prove(first, R1))).to.equal('MULU_SNAPSHOT_NOT_KEPT')
    expect(await codeOf(() => late.registry.prove(NOTHING, R1))).to.equal('MULU_SNAPSHOT_UNKNOWN')
    expect((await gatherEvidence(testCrypto, late.registry, R1)).proof).to.equal(undefined)
    expect(await codeOf(() => gatherEvidence(testCrypto, late.registry, NONE))).to.equal(
      'MULU_RECORD_NOT_FOUND',
    )
    await one.registry.close()
    const again = await openReplica(federation, { client: 1, seed: 1 }, one.db)
    expect((await again.registry.prove(first, R1)).path).to.have.length(4)
    for (let n = 0; n < KEPT_TREES_MAX; n++) {
      await writeTitle(again, `state ${n}`)
      await again.registry.snapshot(1)
    }
    expect(await codeOf(() => again.registry.prove(first, R1))).to.equal('MULU_SNAPSHOT_NOT_KEPT')
    const kept = await again.db.sublevel<string, Uint8Array>('kept', {}).keys().all()
    const trees = kept.filter((key) => key.startsWith('tree/')).length
    expect(trees).to.be.within(KEPT_TREES_MAX / 2, KEPT_TREES_MAX)
    // Each tree has one changed bucket and what is above it; namespace 3 stands once.
    expect(kept.length - trees).to.be.below(trees * 4 + 3 * RECORDS)
  })

  it('[SN8] counts receipts of keys that were closed or pinned since, by the headers up to there', async () => {
    const { registry } = three
    await writeTitle(three, 'after the receipt')
    await writeTitle(three, 'and again')
    await passAround(members)
    const { seq, id } = registry.heads().find(({ log }) => log.writer === 3)?.accepted ?? {
      ...{ seq: 0, id: NOTHING },
    }
    const end = { ns: 3, aud: 1 as const, seq, id }
    const from = federation.newest.state.writers.get(3)?.grants[0]?.from ?? 0
    const close = { type: 'close', client: 3, ns: 3, from, final: true, why: 'left' } as const
    federation.sign([{ ...close, ends: [end] }])
    for (const member of members) await member.registry.addRoster(federation.newest.bytes)
    const evidence = await evidenceOf(R1)
    const shown = evidence.proof?.receipts.map(({ links }) => links.length)
    expect(shown).to.have.members([0, 2])
    expect((await check(evidence)).snapshot?.agreedRoot).to.deep.equal([2, 3])
    const unlinked = evidence.proof?.receipts.map((each) => ({ ...each, links: [] })) ?? []
    const partly = evidence.proof?.receipts.map((each) => ({ ...each, links: each.links.slice(1) }))
    for (const receipts of [unlinked, partly ?? []]) {
      const forged = { ...evidence, proof: { ...(evidence.proof as SnapshotProof), receipts } }
      expect(await codeOf(() => check(forged))).to.equal('MULU_EVIDENCE MULU_FORK')
    }
    const below = {
      ...end,
      seq: 1,
      id: (await registry.commitsAt({ ns: 3, aud: 1, writer: 3 }, 1))[0]?.id ?? NOTHING,
    }
    federation.rosters.pop()
    federation.sign([{ ...close, ends: [below] }])
    const rosters = federation.rosters.map(({ bytes }) => bytes)
    expect(await codeOf(() => check({ ...evidence, rosters }))).to.equal(
      'MULU_EVIDENCE MULU_REVOKED',
    )
  })

  /** Writer 1 takes a snapshot that the two others agree to. */
  async function settle(): Promise<Hash> {
    await passAround(members)
    one.clock.ms += 1_000
    const id = await one.registry.snapshot(1)
    await passAround(members)
    for (const [i, { registry }] of members.entries()) if (i > 0) await registry.attest(i + 1)
    await passAround(members)
    return id
  }

  function evidenceOf(record: typeof R1, snapshot?: Hash): Promise<Evidence> {
    return gatherEvidence(testCrypto, one.registry, record, snapshot)
  }

  async function proofOf(record: typeof R1, snapshot = first): Promise<SnapshotProof> {
    return one.registry.prove(snapshot, record)
  }
})

type Four = readonly [Uint8Array, Uint8Array, Uint8Array, Uint8Array]

function damage(commit: Commit): Commit {
  return { ...commit, signature: commit.signature.map((byte, i) => (i === 7 ? byte ^ 1 : byte)) }
}

function damaged({ commit, links }: SnapshotProof['receipts'][number]) {
  return { commit: damage(commit), links }
}

/** Checks a file of it with nothing else at hand. */
async function check(evidence: Evidence): Promise<Checked> {
  const scratch = await openRegistry({
    db: new MemoryLevel<string, string>() as unknown as Database,
    crypto: testCrypto,
    now: () => 0,
    randomBytes: (length) => new Uint8Array(length),
    profiles: [CN_GOV_PROFILE],
  })
  const file = encodeEvidence(testCrypto, evidence)
  return checkEvidence(testCrypto, scratch, decodeEvidence(testCrypto, file))
}

async function codeOf(work: () => unknown): Promise<string> {
  try {
    await work()
    return 'taken'
  } catch (error) {
    if (!isMuluError(error)) throw error
    const { code } = error.details
    return typeof code === 'string' && error.details['part'] === 'receipt'
      ? `${error.code} ${code}`
      : error.code
  }
}
