import { expect } from 'chai'
import { bodiesRoot, type Commit, decodeCommit } from '../../src/commit/commit.ts'
import type { Header } from '../../src/commit/header.ts'
import { encodeReceipt, encodeSnapshot } from '../../src/snapshot/statement.ts'
import { testCrypto } from '../../testing/crypto.ts'
import { openReplica, type TestFederation, type TestReplica } from '../../testing/federation.ts'
import { commitOf } from '../../testing/signed-commit.ts'
import {
  openMembers,
  pass,
  passAround,
  witnessedFederation,
  writeTitle,
} from '../../testing/snapshots.ts'

describe('reviews of snapshots', () => {
  let federation: TestFederation
  let members: readonly TestReplica[]
  let one: TestReplica
  let three: TestReplica

  beforeEach(async () => {
    federation = witnessedFederation()
    members = await openMembers(federation)
    ;[one, , three] = members as [TestReplica, TestReplica, TestReplica]
    for (const member of members) await writeTitle(member, 'first')
    await passAround(members)
  })

  it('[SN9] tells of a snapshot with another root or head who signed it and which witnesses agreed, also later', async () => {
    const root = await three.registry.catalogueDigest()
    const wrong = root.map((byte, i) => (i === 5 ? byte ^ 1 : byte))
    const heads = headsOf(three)
    const lie = statement(1, 2, 1, encodeSnapshot({ root: wrong, heads }))
    const other = heads.map(([ns, by, seq, id]) => [ns, by, seq, by === 2 ? wrong : id] as const)
    const second = statement(3, 2, 1, encodeSnapshot({ root, heads: other }))
    const receipt = statement(2, 2, 2, encodeReceipt({ snapshot: lie.id, isRootChecked: true }))
    await three.registry.accept([lie, receipt, second])
    expect(three.registry.disagreements()).to.deep.equal([])
    await three.registry.reviewSnapshots()
    expect(found(three)).to.have.deep.members([
      { id: lie.id, by: 1, in: 'root', agreed: [2] },
      { id: second.id, by: 3, in: 'heads', agreed: [] },
    ])
    await pass(three.registry, one.registry)
    await writeTitle(one, 'later')
    await pass(one.registry, three.registry)
    await three.registry.reviewSnapshots()
    await three.registry.close()
    const again = await openReplica(federation, { client: 3, seed: 3 }, three.db)
    await again.registry.reviewSnapshots()
    expect(found(again)).to.have.length(2)
  })

  it('[SN10] accuses nobody where a later roster or a fork explains the difference', async () => {
    const forked = commitOf(federation, 2, { ns: 2 }, 'forked')
    const late = await openReplica(federation)
    await late.registry.accept([forked])
    await one.registry.snapshot(1)
    await pass(one.registry, three.registry)
    await pass(one.registry, late.registry)
    for (const { registry } of [three, late]) await registry.reviewSnapshots()
    expect([found(three), found(late)]).to.deep.equal([[], []])
    const from = federation.newest.state.writers.get(3)?.grants[0]?.from ?? 0
    federation.sign([{ type: 'close', client: 3, ns: 3, from, final: true, why: 'lost', ends: [] }])
    const newcomer = await openReplica(federation)
    await pass(one.registry, newcomer.registry)
    await newcomer.registry.reviewSnapshots()
    expect(newcomer.registry.snapshots()).to.have.length(1)
    expect(found(newcomer)).to.deep.equal([])
  })

  it('[SN10] accuses nobody from the moment that a fork explains the difference', async () => {
    const late = await openReplica(federation)
    await late.registry.accept([commitOf(federation, 2, { ns: 2 }, 'forked')])
    await one.registry.snapshot(1)
    const own = await one.registry.readLog({ ns: 1, aud: 1, writer: 1 }, 1, 1e7)
    await late.registry.accept(own.commits.map(decodeCommit))
    await late.registry.reviewSnapshots()
    expect(found(late)).to.have.length(1)
    await pass(one.registry, late.registry)
    expect(found(late)).to.deep.equal([])
  })

  it('[SN7] keeps what any node holds exactly, for proofs by others than author and witnesses', async () => {
    const id = await one.registry.snapshot(1)
    await passAround(members)
    const reader = await openReplica(federation)
    await pass(one.registry, reader.registry)
    await reader.registry.reviewSnapshots()
    for (const [i, { registry }] of members.entries()) if (i > 0) await registry.attest(i + 1)
    await writeTitle(three, 'later')
    await passAround(members)
    await pass(one.registry, reader.registry)
    const proof = await reader.registry.prove(id, { ns: 3, kind: 'resource', local: 'r1' })
    expect(proof.path).to.have.length(4)
  })

  /** A commit without entries that follows the first one of a writer. */
  function statement(
    client: number,
    seq: number,
    type: 1 | 2,
    ext: Record<string, Uint8Array>,
  ): Commit & { readonly id: Uint8Array } {
    const parent = three.registry.heads().find(({ log }) => log.writer === client)?.accepted.id
    const header: Partial<Header> = {
      ...{ ns: client, seq, parent: parent ?? new Uint8Array(), type, ext, entries: [] },
      ...{ bodies: bodiesRoot(testCrypto, []), stamp: [1_700_000_100_000 + seq, 0] },
    }
    return { ...commitOf(federation, client, header), bodies: [] }
  }
})

function headsOf({ registry }: TestReplica) {
  return registry
    .heads()
    .map(({ log, accepted }) => [log.ns, log.writer, accepted.seq, accepted.id] as const)
}

function found({ registry }: TestReplica) {
  return registry.disagreements().map(({ snapshot, agreed, ...rest }) => ({
    ...{ id: snapshot.id, by: snapshot.log.writer, in: rest.in, agreed },
  }))
}
