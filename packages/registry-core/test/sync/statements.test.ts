import { expect } from 'chai'
import { bundleContents } from '../../src/bundle/contents.ts'
import { BundleIntake } from '../../src/bundle/intake.ts'
import { type Commit, commitId, decodeCommit, encodeCommit } from '../../src/commit/commit.ts'
import { equalBytes, toHex } from '../../src/encoding/bytes.ts'
import { WAITING_MAX } from '../../src/limits.ts'
import type { Registry } from '../../src/registry.ts'
import { STATEMENTS_BEYOND_MAX, statementsBeyond } from '../../src/snapshot/beyond-fork.ts'
import { encodeReceipt } from '../../src/snapshot/statement.ts'
import { testCrypto, testSigner } from '../../testing/crypto.ts'
import { Link, Participant, settle } from '../../testing/exchange.ts'
import { openReplica, type TestFederation, type TestReplica } from '../../testing/federation.ts'
import { commitOf, statementCommitOf } from '../../testing/signed-commit.ts'
import {
  openMembers,
  passAround,
  witnessedFederation,
  writeTitle,
} from '../../testing/snapshots.ts'

const WITNESS_LOG = { ns: 2, aud: 1, writer: 2 } as const

describe('statements beyond the fork of their log', () => {
  let federation: TestFederation
  let old: TestReplica
  let late: TestReplica
  let forks: readonly Commit[]

  /**
   * A snapshot is settled by exactly enough witnesses. Then the keys of one of them and of writer
   * 3 are stolen and fork their logs at the first commit; who comes late hears of the forks first.
   */
  beforeEach(async () => {
    federation = witnessedFederation()
    federation.admit({ seed: 4, agency: 'A4' })
    const members = await openMembers(federation)
    const [one, two, three] = members as [TestReplica, TestReplica, TestReplica]
    await writeTitle(two, 'before')
    for (const title of ['one', 'two', 'three']) await writeTitle(three, title)
    await passAround(members)
    await one.registry.snapshot(1)
    await passAround(members)
    await two.registry.attest(2)
    await one.registry.attest(1)
    await passAround(members)
    old = one
    const firsts = await Promise.all([2, 3].map((ns) => firstOf(one.registry, ns)))
    const stolen = [2, 3].map((ns) => commitOf(federation, ns, { ns }, 'stolen'))
    forks = [...firsts, ...stolen]
    await old.registry.accept(stolen)
    late = await openReplica(federation, { client: 4, seed: 4 })
    await late.registry.accept(forks)
  })

  it('[SN12] are counted by who comes after the fork, so that floors are the same everywhere', async () => {
    expect(endOf(late.registry)).to.deep.equal({ seq: 0, floor: 0 })
    await exchange(late, old)
    expect(late.registry.snapshots()[0]).to.deep.include({ agreed: [1, 2], isSettled: true })
    expect(endOf(late.registry)).to.deep.equal({ seq: 3, floor: 3 })
    for (const which of ['known', 'accepted'] as const) {
      const [a, b] = [old, late].map(({ registry }) => toHex(registry.headsDigest(which, 1)))
      expect(a, which).to.equal(b)
    }
    expect(toHex(await late.registry.catalogueDigest())).to.equal(
      toHex(await old.registry.catalogueDigest()),
    )
  })

  it('[SY19] are pulled by position and id, each once, and not at all where the digests agree', async () => {
    const link = await exchange(late, old)
    const asked = framesOf(link).filter((t) => t === 'places-pull' || t === 'statements-pull')
    expect(asked).to.deep.equal(['places-pull', 'statements-pull'])
    const pulled = link.frames.flatMap(({ frame }) => (frame.t === 'statements' ? [frame] : []))
    expect(pulled.map(({ commits }) => commits.length)).to.deep.equal([1])
    const again = await exchange(late, old)
    expect(framesOf(again)).to.deep.equal(['hello', 'hello-ok', 'peers-pull', 'peers'])
  })

  it('[SY20] are refused when they are not what was asked for, and the exchange goes on', async () => {
    const [theirs] = old.registry.statements.placesBeyond(WITNESS_LOG)
    if (theirs === undefined) throw new Error('nothing lies beyond the fork')
    const honest = await old.registry.statements.read(WITNESS_LOG, [theirs], 1)
    const [receipt] = honest.map(decodeCommit) as [Commit]
    const signature = receipt.signature.map((byte) => byte ^ 1)
    const answers: readonly (readonly [bytes: Uint8Array, code: string])[] = [
      [encodeCommit(forks[0] as Commit), 'MULU_SYNC_ORDER'],
      [encodeCommit(forks[2] as Commit), 'MULU_SYNC_ORDER'],
      [Uint8Array.of(1, 2), 'MULU_SYNC_ORDER'],
      [encodeCommit({ ...receipt, signature }), 'MULU_SIGNATURE'],
    ]
    for (const [bytes, code] of answers) {
      const damaged = new Participant(
        withRead(old.registry, async () => [bytes]),
        1,
      )
      const bad = new Link(new Participant(late.registry, 4), damaged)
      await settle([bad])
      const blames = bad.effects.flatMap((e) => (e.type === 'blame' ? [e.code] : []))
      expect(blames).to.deep.equal([code])
      expect(bad.asking.phase).to.equal('level')
      expect(late.registry.statements.has(theirs.id)).to.equal(false)
      bad.cut()
    }
    await exchange(late, old)
    expect(late.registry.statements.has(theirs.id)).to.equal(true)
  })

  it('[SN25] are counted where they lie after a second fork further down', async () => {
    const author = await openReplica(federation, { client: 2, seed: 2 })
    await writeTitle(author, 'first')
    await author.registry.snapshot(2)
    await author.registry.attest(2)
    await writeTitle(author, 'last')
    const page = await author.registry.readLog(WITNESS_LOG, 1, 1e6)
    const commits = page.commits.map(decodeCommit)
    const parent = commitId(testCrypto, (commits[2] as Commit).header)
    const at4 = commitOf(federation, 2, { ns: 2, seq: 4, parent }, 'stolen')
    // Which of two commits is looked at first hangs on their ids.
    const twins = Array.from({ length: 32 }, (_, i) => commitOf(federation, 2, { ns: 2 }, `${i}`))
    twins.sort((a, b) => (toHex(a.id) < toHex(b.id) ? -1 : 1))
    for (const at1 of [twins.at(0), twins.at(-1)]) {
      if (at1 === undefined) throw new Error('no twins')
      for (const forks of [
        [at1, at4],
        [at4, at1],
      ]) {
        const { registry } = await openReplica(federation)
        for (const commit of [...commits, ...forks]) await registry.accept([commit])
        const places = registry.statements.placesBeyond(WITNESS_LOG)
        expect(places.map(({ seq }) => seq)).to.deep.equal([2, 3])
      }
    }
  })

  it('[SN13] travel in bundles, unless the receiver has them all', async () => {
    const nothing = { roster: { version: 0, hash: new Uint8Array() } }
    const has = { roster: nothing.roster, orders: undefined, heads: late.registry.heads() }
    const context = { registry: old.registry, crypto: testCrypto, nowMs: 1, signer: testSigner(1) }
    const contents = await bundleContents(context, { for: 4 }, has)
    const intake = new BundleIntake({ registry: late.registry, crypto: testCrypto })
    for await (const part of contents.parts()) await intake.take(part)
    expect(endOf(late.registry)).to.deep.equal({ seq: 3, floor: 3 })
    const heads = late.registry.heads()
    const after = await bundleContents(context, { for: 4 }, { ...has, heads })
    expect(after.commits).to.equal(0)
  })

  it('[SN14] are taken although as many commits wait in their log as may', async () => {
    const waiting = Array.from({ length: WAITING_MAX + 4 }, (_, i) =>
      statementCommitOf(federation, 2, {
        ...{ ns: 2, seq: 10 + i, parent: new Uint8Array(33).fill(1) },
        ext: encodeReceipt({ snapshot: new Uint8Array(33).fill(9), isRootChecked: true }),
      }),
    )
    const taken = await late.registry.accept(waiting)
    expect(taken.at(-1)?.outcome).to.deep.include({ kind: 'dropped', code: 'MULU_WAITING_FULL' })
    await exchange(late, old)
    expect(endOf(late.registry)).to.deep.equal({ seq: 3, floor: 3 })
  })

  it('[SN15] are the settled first and then the newest, one receipt a witness, so many and no more', () => {
    const counted = (writer: number, seq: number, isStanding = false) => ({
      commit: {
        id: new Uint8Array(33).fill(seq % 251),
        read: { ns: writer, aud: 1, writer, seq, ext: {} },
      } as never,
      isStanding,
    })
    const backed = Array.from({ length: STATEMENTS_BEYOND_MAX + 8 }, (_, i) => ({
      isSettled: i >= STATEMENTS_BEYOND_MAX,
      snapshot: counted(1, 2_000 + i, true),
      receipts: [counted(2, 1 + i)],
    }))
    const found = statementsBeyond(testCrypto, backed)
    expect([...found.keys()]).to.have.length(1)
    const [list] = found.values()
    const seqs = list?.places.map(({ seq }) => seq) ?? []
    expect(seqs).to.have.length(STATEMENTS_BEYOND_MAX)
    expect(seqs.slice(-8)).to.deep.equal(backed.slice(-8).map((_, i) => 1_025 + i))
    expect(seqs)
      .to.include(STATEMENTS_BEYOND_MAX - 8)
      .and.not.include(STATEMENTS_BEYOND_MAX - 7)
    const reversed = statementsBeyond(testCrypto, [...backed].reverse().slice(0, 9))
    const same = statementsBeyond(testCrypto, backed.slice(-9))
    const [a] = reversed.values()
    const [b] = same.values()
    expect(equalBytes(a?.digest ?? new Uint8Array(), b?.digest ?? new Uint8Array())).to.equal(true)
    const nobody = backed.map((each) => ({ ...each, receipts: [] }))
    expect(statementsBeyond(testCrypto, nobody).size).to.equal(0)
  })
})

function framesOf(link: Link): readonly string[] {
  return link.frames.map(({ frame }) => frame.t)
}

/** One side asks the other until it is level. */
async function exchange(asking: TestReplica, answering: TestReplica): Promise<Link> {
  const [late, old] = [new Participant(asking.registry, 4), new Participant(answering.registry, 1)]
  const link = new Link(late, old)
  await settle([link])
  link.cut()
  return link
}

/** A registry that hands out something else for statements. */
function withRead(registry: Registry, read: Registry['statements']['read']): Registry {
  return new Proxy(registry, {
    get: (target, name) => {
      if (name === 'statements') return { ...target.statements, read }
      const value = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

async function firstOf(registry: Registry, ns: number): Promise<Commit> {
  const { commits } = await registry.readLog({ ns, aud: 1, writer: ns }, 1, 1)
  const [first] = commits.map(decodeCommit)
  if (first === undefined) throw new Error('the log is empty')
  return first
}

function endOf(registry: Registry): { seq: number; floor: number } | undefined {
  const head = registry.heads().find(({ log }) => log.ns === 3)
  return head && { seq: head.accepted.seq, floor: head.floor }
}
