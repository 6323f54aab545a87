import { expect } from 'chai'
import { bodiesRoot, type Commit, decodeCommit } from '../../src/commit/commit.ts'
import { hashToText } from '../../src/crypto.ts'
import { openRegistry } from '../../src/open-registry.ts'
import { CN_GOV_PROFILE } from '../../src/profile/cn-gov.ts'
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

describe('snapshots', () => {
  let federation: TestFederation
  let members: readonly TestReplica[]
  let one: TestReplica
  let two: TestReplica
  let three: TestReplica

  beforeEach(async () => {
    federation = witnessedFederation()
    members = await openMembers(federation)
    ;[one, two, three] = members as [TestReplica, TestReplica, TestReplica]
    for (const member of members) await writeTitle(member, 'first')
    await passAround(members)
  })

  it('[SN1] states heads and catalogue root, and is settled by receipts of enough witnesses, alike everywhere', async () => {
    const root = await one.registry.catalogueDigest()
    await one.registry.snapshot(1)
    const [own] = one.registry.snapshots()
    expect(own?.isSettled).to.equal(false)
    expect(hashToText(own?.root ?? new Uint8Array())).to.equal(hashToText(root))
    expect(own?.heads.map(([ns, writer, seq]) => [ns, writer, seq])).to.deep.equal([
      [1, 1, 1],
      [2, 2, 1],
      [3, 3, 1],
    ])
    await pass(one.registry, two.registry)
    expect(await two.registry.attest(2)).to.have.length(1)
    expect(await two.registry.attest(2)).to.have.length(0)
    await pass(two.registry, one.registry)
    expect(one.registry.snapshots()[0]).to.deep.include({ agreed: [2], isSettled: false })
    await pass(one.registry, three.registry)
    await three.registry.attest(3)
    await passAround(members)
    for (const { registry } of members) {
      const [snapshot] = registry.snapshots()
      expect(snapshot).to.deep.include({ agreed: [2, 3], agreedRoot: [2, 3], isSettled: true })
      expect(hashToText(await registry.catalogueDigest())).to.equal(hashToText(root))
    }
  })

  it('[SN2] gets receipts for its heads alone from witnesses that hold more by now', async () => {
    await one.registry.snapshot(1)
    await writeTitle(one, 'later')
    await passAround(members)
    const [attested] = await two.registry.attest(2)
    expect(attested?.judgement).to.deep.equal({ kind: 'agrees', isRootChecked: false })
    await three.registry.attest(3)
    await passAround(members)
    const [snapshot] = one.registry.snapshots()
    expect(snapshot).to.deep.include({ isSettled: true, isRootSettled: false })
  })

  it('[SN3] gets no receipt when it lies about the root or a head, or states what is not here', async () => {
    const heads = one.registry
      .heads()
      .map(({ log, accepted }) => [log.ns, log.writer, accepted.seq, accepted.id] as const)
    const root = await one.registry.catalogueDigest()
    const wrong = root.map((byte, i) => (i === 5 ? byte ^ 1 : byte))
    // Stores find commits by the first bytes of an id; what a witness signs is the whole.
    const longer = (id: Uint8Array) => id.map((byte, i) => (i === 20 ? byte ^ 1 : byte))
    const cases = [
      [encodeSnapshot({ root: wrong, heads }), { kind: 'differs', in: 'root' }],
      [
        encodeSnapshot({ root, heads: heads.map(([n, w, s, id]) => [n, w, s, longer(id)]) }),
        { kind: 'differs', in: 'heads', log: { ns: 1, aud: 1, writer: 1 } },
      ],
      [
        encodeSnapshot({ root, heads: heads.map(([n, w, s]) => [n, w, s, wrong]) }),
        { kind: 'differs', in: 'heads', log: { ns: 1, aud: 1, writer: 1 } },
      ],
      [
        encodeSnapshot({ root, heads: heads.map(([n, w, s, id]) => [n, w, s + 9, id]) }),
        { kind: 'waits' },
      ],
    ] as const
    let parent = one.registry.heads().find(({ log }) => log.writer === 1)?.accepted
    for (const [ext, judgement] of cases) {
      const seq = (parent?.seq ?? 0) + 1
      const commit = commitOf(federation, 1, {
        ...{ seq, parent: parent?.id ?? root, type: 1, ext },
        ...{ entries: [], bodies: emptyRoot(), stamp: [1_700_000_100_000 + seq, 0] },
      })
      const [taken] = await two.registry.accept([{ ...commit, bodies: [] }])
      expect(taken?.outcome.kind).to.equal('in force')
      const attested = await two.registry.attest(2)
      expect(attested.map((each) => each.judgement)).to.deep.equal([judgement])
      parent = { seq, id: commit.id }
    }
    expect(two.registry.snapshots().every(({ agreed }) => agreed.length === 0)).to.equal(true)
    expect(two.registry.heads().find(({ log }) => log.writer === 2)?.accepted.seq).to.equal(1)
  })

  it('[SN11] counts no receipt, and agrees to no snapshot, whose log is not whole here', async () => {
    const id = await one.registry.snapshot(1)
    await passAround(members)
    await writeTitle(two, 'between')
    await two.registry.attest(2)
    const { commits } = await two.registry.readLog({ ns: 2, aud: 1, writer: 2 }, 1, 1e7)
    const [, between, receipt] = commits.map(decodeCommit) as [Commit, Commit, Commit]
    const [waiting] = await one.registry.accept([receipt])
    expect(waiting?.outcome.kind).to.equal('waits')
    expect(one.registry.snapshots()[0]?.agreed).to.deep.equal([])
    await one.registry.accept([between])
    expect(one.registry.snapshots()[0]).to.deep.include({ id, agreed: [2] })
    await writeTitle(one, 'between')
    await one.registry.snapshot(1)
    const own = await one.registry.readLog({ ns: 1, aud: 1, writer: 1 }, 1, 1e7)
    await three.registry.accept(own.commits.slice(-1).map(decodeCommit))
    const attested = await three.registry.attest(3)
    expect(attested.map(({ judgement }) => judgement)).to.deep.equal([{ kind: 'waits' }])
  })

  it('[SN26] counts a receipt whose author had seen what never comes', async () => {
    const lost = commitOf(federation, 1, { ns: 2 }, 'lost')
    await two.registry.accept([lost])
    await writeTitle(two, 'after what is lost')
    const id = await one.registry.snapshot(1)
    await pass(one.registry, two.registry)
    await two.registry.attest(2)
    const { commits } = await two.registry.readLog({ ns: 2, aud: 1, writer: 2 }, 2, 1e7)
    const [written, receipt] = commits.map(decodeCommit) as [Commit, Commit]
    for (const order of [
      [written, receipt],
      [receipt, written],
    ]) {
      const { registry } = await openReplica(federation)
      await pass(one.registry, registry)
      const taken = await registry.accept(order)
      expect(taken.map(({ outcome }) => outcome.kind)).to.deep.equal(['waits', 'waits'])
      expect(registry.snapshots()[0]).to.deep.include({ id, agreed: [2] })
      const head = registry.heads().find(({ log }) => log.writer === 2)
      expect(head?.known.seq).to.equal(3)
    }
  })

  it('[SN4] counts receipts of the witnesses of the cited roster only, each once, and survives a restart', async () => {
    federation.admit({ seed: 4, agency: 'A4' })
    for (const { registry } of members) await registry.addRoster(federation.newest.bytes)
    const id = await one.registry.snapshot(1)
    const ext = encodeReceipt({ snapshot: id, isRootChecked: true })
    const receipt = (client: number, seq: number, parent: Uint8Array) =>
      commitOf(federation, client, {
        ...{ ns: client, seq, parent, type: 2, ext },
        ...{ entries: [], bodies: emptyRoot(), stamp: [1_700_000_200_000 + seq, 0] },
      })
    const stranger = receipt(4, 1, new Uint8Array())
    const own = one.registry.heads().find(({ log }) => log.writer === 2)?.accepted.id
    const first = receipt(2, 2, own ?? id)
    const again = receipt(2, 3, first.id)
    await one.registry.accept([stranger, first, again].map((each) => ({ ...each, bodies: [] })))
    expect(one.registry.snapshots()[0]).to.deep.include({ agreed: [2], isSettled: false })
    await one.registry.close()
    const reopened = await openRegistry({
      ...{ db: one.db, crypto: testCrypto, now: () => 0, profiles: [CN_GOV_PROFILE] },
      randomBytes: (length) => new Uint8Array(length),
    })
    expect(reopened.snapshots()[0]).to.deep.include({ agreed: [2], threshold: 2 })
  })
})

function emptyRoot(): Uint8Array {
  return bodiesRoot(testCrypto, [])
}
