import { expect } from 'chai'
import { type Federation, makeFederation } from './support/federation.ts'
import { eventually, type NodeProcess, scratch, untilEqual } from './support/mulu.ts'

type Value = { readonly value: unknown; readonly office: string | null; readonly atMs: number }
type Conflict = {
  readonly path: string
  readonly legal: boolean
  readonly inForce: unknown
  readonly values: readonly Value[]
}
type Shown = {
  readonly etag: string
  readonly fields: Readonly<Record<string, unknown>>
  readonly conflicts: readonly Conflict[]
}
type Problem = {
  readonly code: string
  readonly path?: string
  readonly right?: string
  readonly conflicts?: readonly {
    readonly path: string
    readonly yours: unknown
    readonly current: readonly { readonly value: unknown }[]
  }[]
}

const ID = '2/resource/r1'
const PATH = `/api/v1/records/${ID}`

describe('two offices of one agency', function () {
  this.timeout(120_000)
  let place: Awaited<ReturnType<typeof scratch>>
  let federation: Federation
  let coordinator: NodeProcess
  let north: NodeProcess
  let south: NodeProcess
  let clerk: NodeProcess

  const all = (): readonly NodeProcess[] => [coordinator, north, south, clerk]
  const shown = (node: NodeProcess): Promise<Shown> => node.get<Shown>(PATH)

  before(async () => {
    place = await scratch()
    federation = await makeFederation(
      place.dir,
      [
        { name: 'Coordinator', agency: 'C-1' },
        { name: 'Agency', agency: 'A-1', office: 'north', rights: 'describe,classify' },
        { name: 'Agency', agency: 'A-1', office: 'south', rights: 'describe,classify' },
        { name: 'Agency', agency: 'A-1', office: 'clerk' },
      ].map((member, i) => ({ ...member, name: i === 0 ? 'Coordinator' : `Agency ${i}` })),
    )
    ;[coordinator, north, south, clerk] = federation.nodes as [
      NodeProcess,
      NodeProcess,
      NodeProcess,
      NodeProcess,
    ]
    const fields = {
      ...{ 'title/en': 'Rivers', 'description/en': 'All rivers', state: 'published' },
      sharing: { type: 'unconditional' },
    }
    await north.create({ kind: 'resource', local: 'r1', fields })
    await untilEqual(all(), 1)
  })

  after(async () => {
    await federation?.stop()
    await place?.remove()
  })

  it('[E25] keeps both values of a common field with author and time, and merges the others', async () => {
    const base = await shown(north)
    await Promise.all([north.stop(), south.stop()])
    north = await federation.start(1, '--offline')
    south = await federation.start(2, '--offline')
    const strict = { type: 'conditional', condition: 'by agreement' }
    const edits = await Promise.all([
      north.patch(ID, base.etag, { set: { 'title/en': 'Rivers N', issued: '2026-01-01' } }),
      south.patch(ID, base.etag, {
        set: { 'title/en': 'Rivers S', landingPage: 'https://example.org/', sharing: strict },
      }),
      north.patch(ID, base.etag, { set: { sharing: { type: 'unconditional', method: 'x' } } }),
    ])
    expect(edits.map((r) => r.status)).to.deep.equal([200, 200, 200])
    await Promise.all([north.stop(), south.stop()])
    north = await federation.start(1)
    south = await federation.start(2)
    await untilEqual(all(), 1)
    for (const node of all()) {
      const record = await eventually('both conflicts', async () => {
        const now = await shown(node)
        return now.conflicts.length === 2 ? now : undefined
      })
      expect(record.fields['issued']).to.equal('2026-01-01')
      expect(record.fields['landingPage']).to.equal('https://example.org/')
      const [sharing, title] = record.conflicts as [Conflict, Conflict]
      expect(sharing).to.include({ path: 'sharing', legal: true })
      expect(sharing.inForce).to.deep.equal(strict)
      expect(record.fields['sharing']).to.deep.equal(strict)
      expect(title.values.map((v) => v.value)).to.have.members(['Rivers N', 'Rivers S'])
      expect(title.values.map((v) => v.office)).to.have.members(['north', 'south'])
      expect(title.values.every((v) => v.atMs > 0)).to.equal(true)
    }
  })

  it('[E26] refuses a form that was opened before the other change, with both values', async () => {
    const opened = await shown(north)
    const first = await north.patch(ID, opened.etag, { set: { issued: '2026-02-02' } })
    expect(first.status).to.equal(200)
    const stale = await north.patch(ID, opened.etag, { set: { issued: '2026-03-03' } })
    const problem = (await stale.json()) as Problem
    expect(stale.status).to.equal(409)
    expect(problem.code).to.equal('MULU_STALE')
    expect(problem.conflicts?.[0]).to.deep.include({ path: 'issued', yours: '2026-03-03' })
    expect(problem.conflicts?.[0]?.current.map((v) => v.value)).to.deep.equal(['2026-02-02'])
    const untouched = await north.patch(ID, opened.etag, { set: { rights: 'none' } })
    expect(untouched.status).to.equal(200)
    const missing = await north.ask(PATH, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ set: { rights: 'x' } }),
    })
    expect(missing.status).to.equal(428)
    const unknown = await north.patch(ID, `"${'0'.repeat(32)}"`, { set: { rights: 'x' } })
    expect(unknown.status).to.equal(412)
  })

  it('[E27] lets a writer without the right to classify change nothing with legal effect', async () => {
    await untilEqual(all(), 1)
    const record = await shown(clerk)
    const refused = await clerk.patch(ID, record.etag, { set: { state: 'withdrawn' } })
    const problem = (await refused.json()) as Problem
    expect(refused.status).to.equal(403)
    expect(problem).to.include({ code: 'MULU_RIGHT_MISSING', path: 'state', right: 'classify' })
    expect((await shown(clerk)).fields['state']).to.equal('published')
  })

  it('[E28] clears a conflict everywhere when a person picks a value', async () => {
    await untilEqual(all(), 1)
    const record = await shown(south)
    const picked = await south.patch(ID, record.etag, {
      set: { 'title/en': 'Rivers N', sharing: { type: 'none', basis: 'law' } },
      reason: 'settled with the north office',
    })
    expect(picked.status).to.equal(200)
    await untilEqual(all(), 1)
    for (const node of all()) {
      const settled = await eventually('no conflict', async () => {
        const now = await shown(node)
        return now.conflicts.length === 0 ? now : undefined
      })
      expect(settled.fields['title/en']).to.equal('Rivers N')
    }
  })
})
