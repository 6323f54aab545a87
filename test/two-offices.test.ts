import { expect } from 'chai'
import { admit, found } from './federation.ts'
import { Machine, type RunningNode, until, untilEqual } from './mulu-process.ts'

const FIELDS = {
  'title/en': 'River levels',
  'description/en': 'Levels of all rivers.',
  state: 'published',
  sharing: { type: 'unconditional' },
  openness: { type: 'open' },
}

describe('two offices of one agency that were cut off from each other', function () {
  this.timeout(90_000)
  let machine: Machine
  let hub: RunningNode
  let head: RunningNode
  let office: RunningNode
  let helper: RunningNode
  let all: readonly RunningNode[]
  let id: string
  /** The version that both had before the line was cut. */
  let opened: string

  before(async () => {
    machine = await Machine.create()
    hub = await found(machine)
    await admit(machine, 'head', 'A')
    const rights = ['--rights', 'describe,classify']
    await admit(machine, 'office', 'A', ['--office', 'North'], rights)
    await admit(machine, 'helper', 'A', ['--office', 'South'])
    head = await machine.start('head')
    office = await machine.start('office')
    helper = await machine.start('helper')
    await until('admission', 20_000, async () => {
      const { node } = (await head.ask('/status')).body
      return node.admitted
    })
    const made = await head.ask('/records', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ kind: 'service', local: 'rivers', fields: FIELDS }),
    })
    id = made.body.id
    opened = made.body.etag
    await until('the record at the offices', 20_000, async () => {
      const totals = await Promise.all([office, helper].map((node) => node.total('q=river')))
      return totals.every((total) => total === 1)
    })
    await editApart()
  })
  after(() => machine[Symbol.asyncDispose]())

  async function editApart(): Promise<void> {
    await office.end()
    office = await machine.start('office', '--offline')
    expect((await office.record(id)).etag).to.equal(opened)
    const here = { 'title/en': 'Levels, head office', license: 'CC0', sharing: { type: 'none' } }
    expect((await head.patch(id, opened, here)).status).to.equal(200)
    const there = {
      'title/en': 'Levels, north',
      'keyword/en': ['water'],
      sharing: { type: 'conditional', condition: 'on request' },
    }
    expect((await office.patch(id, opened, there)).status).to.equal(200)
    await office.end()
    office = await machine.start('office')
    all = [hub, head, office, helper]
    await until('the conflict at every node', 30_000, async () => {
      const records = await Promise.all(all.map((node) => node.record(id)))
      return records.every((record) => record.conflicts?.length === 2)
    })
    await untilEqual(all)
  }

  it('[E2-9] have their changes of different fields merged on every node', async () => {
    for (const node of all) {
      const { fields } = await node.record(id)
      expect(fields).to.include({ license: 'CC0', 'description/en': 'Levels of all rivers.' })
      expect(fields['keyword/en']).to.deep.equal(['water'])
    }
  })

  it('[E2-10] have both values of the common field shown with author and time on every node', async () => {
    const shown = await Promise.all(all.map((node) => node.ask(`/records/${id}/conflicts`)))
    for (const { body } of shown) {
      const title = body.items.find((c: { path: string }) => c.path === 'title/en')
      const values = title.values.map((v: Value) => [v.value, v.office, v.agency.name['en']])
      expect(values).to.have.deep.members([
        ['Levels, head office', null, 'Agency A'],
        ['Levels, north', 'North', 'Agency A'],
      ])
      for (const value of title.values) {
        expect(value.atMs).to.be.within(Date.now() - 90_000, Date.now())
        expect(value.commit).to.match(/^sha256:/)
      }
    }
    expect(new Set(shown.map(({ body }) => JSON.stringify(body))).size).to.equal(1)
  })

  it('[E2-11] have the stricter value in force meanwhile where there is legal effect', async () => {
    for (const node of all) {
      const { fields, conflicts } = await node.record(id)
      const sharing = conflicts.find((c: { path: string }) => c.path === 'sharing')
      expect(sharing.legal).to.equal(true)
      expect(sharing.inForce).to.deep.equal({ type: 'none' })
      expect(fields['sharing']).to.deep.equal({ type: 'none' })
      expect(await node.total('q=levels&sharing=none')).to.equal(1)
      expect(await node.total('q=levels&sharing=conditional')).to.equal(0)
    }
  })

  it('[E2-12] cannot loosen what has legal effect without the right to classify', async () => {
    const { etag } = await helper.record(id)
    const before = await helper.digest()
    const refused = await helper.patch(id, etag, { sharing: { type: 'unconditional' } })
    expect(refused.status).to.equal(403)
    expect(refused.body).to.include({
      code: 'MULU_RIGHT_MISSING',
      path: 'sharing',
      right: 'classify',
    })
    const removal = await helper.ask(`/records/${id}`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json', 'if-match': etag },
      body: JSON.stringify({ remove: ['sharing'] }),
    })
    expect([removal.status, removal.body.code]).to.deep.equal([403, 'MULU_RIGHT_MISSING'])
    expect(await helper.digest()).to.equal(before)
  })

  it('[E2-13] get both values and no silent overwrite from a form opened before', async () => {
    const before = await office.digest()
    const { status, body } = await office.patch(id, opened, { 'title/en': 'From an old form' })
    expect([status, body.code]).to.deep.equal([409, 'MULU_STALE'])
    const [conflict] = body.conflicts
    expect(conflict).to.include({ path: 'title/en', yours: 'From an old form' })
    const current = conflict.current.map((v: Value) => v.value)
    expect(current).to.have.members(['Levels, head office', 'Levels, north'])
    for (const value of conflict.current) expect(value).to.include.all.keys('atMs', 'office')
    expect(await office.digest()).to.equal(before)
  })

  it('[E2-14] clear the conflict everywhere by picking one value', async () => {
    const { etag } = await office.record(id)
    const picked = { 'title/en': 'Levels, north', sharing: { type: 'none' } }
    expect((await office.patch(id, etag, picked)).status).to.equal(200)
    await until('no conflict at any node', 30_000, async () => {
      const records = await Promise.all(all.map((node) => node.record(id)))
      return records.every((record) => record.conflicts.length === 0)
    })
    await untilEqual(all)
    const shown = await Promise.all(all.map((node) => node.record(id)))
    for (const { fields } of shown) {
      expect(fields).to.include({ 'title/en': 'Levels, north' })
      expect(fields['sharing']).to.deep.equal({ type: 'none' })
    }
    const history = (await hub.ask(`/records/${id}/history`)).body.items
    expect(history, 'nothing of what was written is lost').to.have.length(4)
  })
})

type Value = {
  readonly value: unknown
  readonly office: string | null
  readonly agency: { readonly name: Readonly<Record<string, string>> }
}
