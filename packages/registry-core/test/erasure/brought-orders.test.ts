import { expect } from 'chai'
import { type Commit, decodeCommit } from '../../src/commit/commit.ts'
import { hashToText } from '../../src/crypto.ts'
import type { Registry } from '../../src/registry.ts'
import type { Finding } from '../../src/scrub/finding.ts'
import { connect, Participant, settle } from '../../testing/exchange.ts'
import { openReplica, TestFederation, type TestReplica } from '../../testing/federation.ts'
import { SimulatedDisk } from '../../testing/simulated-disk.ts'
import { pass } from '../../testing/snapshots.ts'

const LOG = { ns: 1, aud: 1, writer: 1 } as const

describe('orders that come with the rest of a commit', () => {
  let federation: TestFederation
  let head: TestReplica
  let lean: Commit

  beforeEach(async () => {
    federation = TestFederation.found([
      { seed: 1, agency: 'A' },
      { seed: 2, agency: 'B' },
    ])
    head = await openReplica(federation, { client: 1, seed: 1 })
    const changes = [{ rec: 'resource/r1', set: { 'title/en': 'a', 'contact/phone': '+86 1' } }]
    await head.registry.write({ ns: 1, aud: 1, actor: 'x', changes })
    const order = { ns: 1, rec: 'resource/r1', path: 'contact/phone', order: 'o 1', actor: 'x' }
    await head.registry.erasing.order(order)
    await head.registry.erasing.destroy()
    lean = await firstOf(head.registry)
  })

  async function firstOf(registry: Registry): Promise<Commit> {
    const { commits } = await registry.readLog(LOG, 1, 1)
    return decodeCommit(commits[0] ?? new Uint8Array())
  }

  /** The commit with another header of its order. */
  function withHeader(change: (header: Uint8Array) => void): Commit {
    const orders = (lean.orders ?? []).map(({ header, signature }) => {
      const altered = Uint8Array.from(header)
      change(altered)
      return { header: altered, signature }
    })
    return { ...lean, orders }
  }

  it('[LG26] have it dropped with a code when they are none, however they were altered', async () => {
    const length = lean.orders?.[0]?.header.length ?? 0
    expect(length).to.be.greaterThan(100)
    const { registry } = await openReplica(federation)
    for (const leftOut of [false, true]) {
      for (let at = 0; at < length; at += 3) {
        const altered = withHeader((header) => {
          header[at] = (header[at] ?? 0) ^ (1 << (at % 8))
        })
        const [acceptance] = await registry.accept([altered], { leftOut })
        expect(acceptance?.outcome.kind, `byte ${at}`).to.equal('dropped')
      }
      const [garbage] = await registry.accept([withHeader((header) => header.fill(0))], { leftOut })
      const dropped = { kind: 'dropped', code: 'MULU_COMMIT_SHAPE', blame: true }
      expect(garbage?.outcome).to.deep.equal(dropped)
    }
    const [sound] = await registry.accept([lean])
    expect(sound?.outcome.kind).to.equal('in force')
  })

  it('[SC20] are told as damage where they have rotted, and a peer mends them', async () => {
    const disk = new SimulatedDisk()
    const other = await openReplica(federation, { client: 2, seed: 2 }, disk.open())
    await pass(head.registry, other.registry)
    const [key = ''] = disk.keys().filter((each) => each.startsWith('!commits!'))
    const order = Buffer.from(lean.orders?.[0]?.header ?? [])
    const start = Buffer.from(disk.get(key) ?? []).indexOf(order)
    expect(start).to.be.greaterThan(0)
    for (let at = 0; at < order.length; at += 7) {
      disk.rot(key, start + at, 1 << (at % 8))
      const { registry } = await openReplica(federation, { client: 2, seed: 2 }, disk.open())
      await registry.readLog(LOG, 1, 1e6, 'whole')
      expect(await registry.erasing.list()).to.have.length(1)
      const findings: Finding[] = []
      await registry.scrub({ onFinding: (finding) => findings.push(finding) })
      expect(findings.map(({ what }) => what)).to.deep.equal(['body'])
      await settle(connect(new Participant(registry, 2), new Participant(head.registry, 1)))
      expect(registry.damage().commits).to.deep.equal([])
      const digests = [registry, head.registry].map((each) => each.catalogueDigest())
      const [a, b] = (await Promise.all(digests)).map(hashToText)
      expect(a).to.equal(b)
    }
  })
})
