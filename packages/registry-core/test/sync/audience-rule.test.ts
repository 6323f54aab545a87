import { expect } from 'chai'
import type { Registry } from '../../src/registry.ts'
import type { RosterChange } from '../../src/roster/change.ts'
import { isMember, mayHold, memberByPeer } from '../../src/sync/audience-rule.ts'
import type { Frame } from '../../src/sync/frame.ts'
import { connect, type Link, Participant, settle } from '../../testing/exchange.ts'
import { openReplica, TestFederation } from '../../testing/federation.ts'

const APPLICANTS = [
  { seed: 1, agency: 'A' },
  { seed: 2, agency: 'A', office: 'north' },
  { seed: 3, agency: 'B' },
] as const

async function draft(registry: Registry, ns: number, local: string): Promise<void> {
  const set = { 'title/en': `Title ${local}` }
  await registry.write({ ns, aud: 0, actor: 'a', changes: [{ rec: `resource/${local}`, set }] })
}

/** Everything that frames say of logs: heads, digests, pulls. */
function mentions(links: readonly Link[]): string {
  const shown = links.flatMap((link) => link.frames.map((f): Frame => f.frame))
  return JSON.stringify(shown, (_, value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value,
  )
}

describe('who may hold what', () => {
  it('[SY3] lets members hold federation logs, and internal logs only those with a grant', () => {
    const { state } = TestFederation.found(APPLICANTS).newest
    const own = { ns: 1, aud: 0, writer: 1 } as const
    expect([1, 2, 3, 4].map((client) => mayHold(state, client, own))).to.deep.equal([
      true,
      true,
      false,
      false,
    ])
    const open = { ns: 1, aud: 1, writer: 1 } as const
    expect([1, 2, 3, 4].map((client) => mayHold(state, client, open))).to.deep.equal([
      true,
      true,
      true,
      false,
    ])
    const listed = { ns: 1, aud: [1, 2], writer: 1 }
    expect(mayHold(state, 3, listed)).to.equal(true)
    expect(mayHold(state, 3, { ...listed, aud: [1, 9] })).to.equal(false)
  })

  it('[SY3] counts a writer whose grants are all closed as no member', () => {
    const federation = TestFederation.found(APPLICANTS)
    const grant = federation.newest.state.writers.get(3)?.grants[0]
    const close: RosterChange = {
      type: 'close',
      client: 3,
      ns: grant?.ns ?? 0,
      from: grant?.from ?? 0,
      ends: [],
      final: true,
      why: 'left',
    }
    expect(memberByPeer(federation.newest.state, 'peer-3')?.client).to.equal(3)
    const { state } = federation.sign([close])
    const writer = state.writers.get(3)
    expect(writer === undefined ? undefined : isMember(writer)).to.equal(false)
    expect(mayHold(state, 3, { ns: 1, aud: 1, writer: 1 })).to.equal(false)
    expect(memberByPeer(state, 'peer-3')).to.equal(undefined)
  })

  it('[SY3] neither serves nor mentions an internal log to another agency', async () => {
    const federation = TestFederation.found(APPLICANTS)
    const nodes: Participant[] = []
    for (const { seed } of APPLICANTS) {
      const { registry } = await openReplica(federation, { client: seed, seed })
      nodes.push(new Participant(registry, seed))
    }
    const [head, office, other] = nodes as [Participant, Participant, Participant]
    await draft(head.registry, 1, 'internal')
    const abroad = connect(head, other)
    const inside = connect(head, office)
    await settle([...abroad, ...inside])
    await draft(head.registry, 1, 'later')
    await settle([...abroad, ...inside])
    expect(office.registry.heads().map((h) => h.known.seq)).to.deep.equal([2])
    expect(other.registry.heads()).to.deep.equal([])
    expect(mentions(abroad)).not.to.contain('"0/1"')
    const types = new Set(abroad.flatMap((link) => link.frames.map((f) => f.frame.t)))
    expect([...types].sort()).to.deep.equal(['hello', 'hello-ok', 'peers', 'peers-pull'])
  })

  it('[SY3] answers a pull of a log the peer may not hold like one of no log', async () => {
    const federation = TestFederation.found(APPLICANTS)
    const head = new Participant(
      (await openReplica(federation, { client: 1, seed: 1 })).registry,
      1,
    )
    const other = new Participant((await openReplica(federation)).registry, 3)
    await draft(head.registry, 1, 'internal')
    const [, link] = connect(head, other)
    await settle([link])
    const pull = (ns: number): Frame => ({
      t: 'pull',
      log: { ns, aud: 0, writer: 1 },
      from: 1,
      max: 1_000,
    })
    for (const ns of [1, 99]) link.answer({ type: 'frame', frame: pull(ns) })
    const answers = link.frames.slice(-2).map((f) => f.frame)
    expect(answers[0]).to.deep.equal({ t: 'commits', commits: [], more: false })
    expect(answers[1]).to.deep.equal(answers[0])
  })
})
