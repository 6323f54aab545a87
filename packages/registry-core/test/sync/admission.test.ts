import { expect } from 'chai'
import fc from 'fast-check'
import { MemoryLevel } from 'memory-level'
import { openRegistry } from '../../src/open-registry.ts'
import { CN_GOV_PROFILE } from '../../src/profile/cn-gov.ts'
import type { Database, Registry } from '../../src/registry.ts'
import { testCrypto } from '../../testing/crypto.ts'
import { Link, Participant, settle } from '../../testing/exchange.ts'
import { openReplica, TEST_START_MS, TestFederation } from '../../testing/federation.ts'
import { FRAMES } from './sample-frames.ts'

async function openNewcomer(fed: Uint8Array): Promise<Registry> {
  const registry = await openRegistry({
    db: new MemoryLevel<string, string>() as unknown as Database,
    crypto: testCrypto,
    now: () => TEST_START_MS,
    randomBytes: (length) => new Uint8Array(length),
    profiles: [CN_GOV_PROFILE],
  })
  await registry.pinFederation(fed)
  return registry
}

async function publish(registry: Registry): Promise<void> {
  const set = { 'title/en': 'T', 'description/en': 'D' }
  await registry.write({ ns: 1, aud: 1, actor: 'a', changes: [{ rec: 'resource/r1', set }] })
}

describe('a newcomer', () => {
  it('[SY11] gets the roster chain from a pinned hash alone, then the commits', async () => {
    const federation = TestFederation.found([
      { seed: 1, agency: 'A' },
      { seed: 2, agency: 'B' },
    ])
    const { registry } = await openReplica(federation, { client: 1, seed: 1 })
    await publish(registry)
    const newcomer = await openNewcomer(federation.newest.fed)
    const link = new Link(new Participant(newcomer, 2), new Participant(registry, 1))
    await settle([link])
    expect(newcomer.roster?.version).to.equal(2)
    expect(newcomer.headsDigest('known', 1)).to.deep.equal(registry.headsDigest('known', 1))
    expect(newcomer.totals().records).to.equal(1)
  })

  it('[SY11] gets nothing but the roster before it is admitted, and the rest once it is', async () => {
    const federation = TestFederation.found([{ seed: 1, agency: 'A' }])
    const { registry } = await openReplica(federation, { client: 1, seed: 1 })
    await publish(registry)
    const newcomer = await openNewcomer(federation.newest.fed)
    const link = new Link(new Participant(newcomer, 2), new Participant(registry, 1))
    await settle([link])
    expect(newcomer.roster?.version).to.equal(1)
    expect(newcomer.heads()).to.deep.equal([])
    expect(link.asking.phase).to.equal('outside')
    await registry.addRoster(federation.admit({ seed: 2, agency: 'B' }).bytes)
    await settle([link])
    expect(newcomer.roster?.version).to.equal(2)
    expect(newcomer.totals().records).to.equal(1)
  })

  it('[SY11] refuses to serve commits to a peer the roster does not list', async () => {
    const federation = TestFederation.found([{ seed: 1, agency: 'A' }])
    const { registry } = await openReplica(federation, { client: 1, seed: 1 })
    const newcomer = await openNewcomer(federation.newest.fed)
    const link = new Link(new Participant(newcomer, 2), new Participant(registry, 1))
    await settle([link])
    link.answer({ type: 'frame', frame: { t: 'heads-pull', from: 0, buckets: [] } })
    expect(link.frames.at(-1)?.frame).to.include({ t: 'refuse', code: 'MULU_NOT_ADMITTED' })
    expect(link.answering.phase).to.equal('closed')
  })

  it('[SY16] finds where another branch of the roster chain left the own, and blames nobody', async () => {
    const federation = TestFederation.found([
      { seed: 1, agency: 'A' },
      { seed: 2, agency: 'B' },
    ])
    const [ours, theirs] = [await openReplica(federation), await openReplica(federation)]
    const common = [...federation.rosters]
    const grow = async (registry: Registry, versions: number, name: string): Promise<void> => {
      federation.rosters.splice(0, Number.POSITIVE_INFINITY, ...common)
      for (let i = 0; i < versions; i++) {
        const names = { en: `${name} ${i}` }
        const agency = { id: 1, codes: ['A'], names, region: '', parent: 0, admin: undefined }
        await registry.addRoster(federation.sign([{ type: 'agency', ...agency }]).bytes)
      }
    }
    await grow(ours.registry, 5, 'ours')
    await grow(theirs.registry, 9, 'theirs')
    const asking = new Participant(ours.registry, 1)
    const link = new Link(asking, new Participant(theirs.registry, 2))
    await settle([link])
    expect(ours.registry.roster?.version).to.equal(7)
    expect(ours.registry.rosterForks.map(({ version }) => version)).to.include(3)
    expect(link.effects.filter(({ type }) => type === 'blame')).to.deep.equal([])
  })

  it('[SY12] refuses another federation, an unshared version and a frame out of order', async () => {
    const federation = TestFederation.found([{ seed: 1, agency: 'A' }])
    const { registry } = await openReplica(federation, { client: 1, seed: 1 })
    const stranger = await openNewcomer(new Uint8Array(33).fill(1))
    const refusals: string[] = []
    const last = (link: Link): void => {
      const frame = link.frames.at(-1)?.frame
      refusals.push(frame?.t === 'refuse' ? frame.code : 'none')
    }
    const other = new Link(new Participant(stranger, 2), new Participant(registry, 1))
    await settle([other])
    last(other)
    const hello = other.frames[0]?.frame
    if (hello?.t !== 'hello') throw new Error('a stream begins with hello')
    const later = new Link(new Participant(registry, 1), new Participant(registry, 1))
    const summary = { ...hello.summary, fed: federation.newest.fed }
    later.answer({ type: 'frame', frame: { t: 'hello', versions: [3], summary } })
    last(later)
    const early = new Link(new Participant(registry, 1), new Participant(registry, 1))
    early.answer({ type: 'frame', frame: { t: 'peers-pull' } })
    last(early)
    expect(refusals).to.deep.equal([
      'MULU_FEDERATION_MISMATCH',
      'MULU_SYNC_VERSION',
      'MULU_SYNC_ORDER',
    ])
  })

  it('[SY12] answers any frame at any time by going on or by refusing, never by failing', async () => {
    const federation = TestFederation.found([
      { seed: 1, agency: 'A' },
      { seed: 2, agency: 'B' },
    ])
    const { registry } = await openReplica(federation, { client: 1, seed: 1 })
    const other = await openReplica(federation, { client: 2, seed: 2 })
    const frames = fc.array(fc.tuple(fc.nat(FRAMES.length - 1), fc.boolean()), { maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(frames, fc.nat(12), async (chosen, steps) => {
        const link = new Link(new Participant(other.registry, 2), new Participant(registry, 1))
        let left = steps
        await settle([link], (count) => (left-- > 0 ? 0 : count))
        for (const [index, isForRequester] of chosen) {
          const frame = FRAMES[index] ?? { t: 'ready' }
          if (isForRequester) link.ask({ type: 'frame', frame })
          else link.answer({ type: 'frame', frame })
        }
        await settle([link])
        const ends = link.effects.filter((effect) => effect.type === 'close').length
        const closed = [link.asking.phase, link.answering.phase].filter((p) => p === 'closed')
        expect(ends).to.equal(closed.length)
      }),
      { numRuns: 200 },
    )
  })
})
