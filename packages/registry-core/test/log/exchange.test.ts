import { expect } from 'chai'
import { type Commit, decodeCommit } from '../../src/commit/commit.ts'
import { hashToText } from '../../src/crypto.ts'
import { allCommits } from '../../src/log/serving.ts'
import type { Registry } from '../../src/registry.ts'
import { openReplica, TestFederation } from '../../testing/federation.ts'

async function commitsOf(registry: Registry): Promise<Commit[]> {
  const commits: Commit[] = []
  for await (const commit of allCommits(registry)) commits.push(commit)
  return commits
}

describe('commits between replicas', () => {
  it('[LG1] gives two replicas that hold the same commits one digest and equal views', async () => {
    const federation = TestFederation.found([
      { seed: 1, agency: 'A' },
      { seed: 2, agency: 'A', office: 'north', rights: ['describe', 'classify'] },
    ])
    const head = await openReplica(federation, { client: 1, seed: 1 })
    const office = await openReplica(federation, { client: 2, seed: 2 })
    await head.registry.write({
      ns: 1,
      aud: 1,
      actor: 'a',
      note: { reason: 'first' },
      changes: [
        {
          rec: 'resource/r1',
          set: { 'title/en': 'Rivers', 'description/en': 'All', state: 'published' },
        },
      ],
    })
    await office.registry.accept(await commitsOf(head.registry))
    expect(office.registry.totals().records).to.equal(1)
    head.clock.ms += 5
    await head.registry.write({
      ns: 1,
      aud: 1,
      actor: 'a',
      changes: [{ rec: 'resource/r1', set: { 'title/en': 'Rivers A', 'keyword/en': ['x'] } }],
    })
    office.clock.ms += 9
    await office.registry.write({
      ns: 1,
      aud: 1,
      actor: 'b',
      changes: [{ rec: 'resource/r1', set: { 'title/en': 'Rivers B', state: 'withdrawn' } }],
    })
    await office.registry.accept(await commitsOf(head.registry))
    await head.registry.accept((await commitsOf(office.registry)).reverse())
    const id = { ns: 1, kind: 'resource', local: 'r1' }
    const [a, b] = await Promise.all([head, office].map((r) => r.registry.catalogue.record(id)))
    expect(a).to.deep.equal(b)
    expect(a?.fields['title/en']).to.equal('Rivers B')
    expect(a?.conflicts.map((c) => c.path)).to.deep.equal(['title/en'])
    expect(a?.fields['state']).to.equal('withdrawn')
    expect(hashToText(await head.registry.catalogueDigest())).to.equal(
      hashToText(await office.registry.catalogueDigest()),
    )
    expect(decodeCommit).to.be.a('function')
  })
})
