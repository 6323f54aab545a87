import { cp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import { type Federation, makeFederation } from './support/federation.ts'
import {
  eventually,
  freePorts,
  mulu,
  muluJson,
  NodeProcess,
  scratch,
  untilEqual,
} from './support/mulu.ts'

type Shown = { readonly etag: string; readonly fields: Readonly<Record<string, unknown>> }
type Status = {
  readonly writer: { readonly client: number | null }
  readonly roster: { readonly version: number }
  readonly catalogue: { readonly digest: string }
}
type Orphans = { readonly items: readonly { readonly seq: number }[] }
type Revoked = {
  readonly orphaned: readonly { readonly seq: number; readonly records: readonly string[] }[]
  readonly loosened: readonly { readonly path: string; readonly reclosed: boolean }[]
}

const OPEN = { type: 'unconditional' }
const CLOSED = { type: 'none', basis: 'a court order' }

describe('a stolen laptop', function () {
  this.timeout(180_000)
  let place: Awaited<ReturnType<typeof scratch>>
  let federation: Federation
  let coordinator: NodeProcess
  let head: NodeProcess
  let laptop: NodeProcess
  let branch: NodeProcess
  const more: NodeProcess[] = []

  const honest = (): readonly NodeProcess[] => [coordinator, head]
  const shown = (node: NodeProcess, id: string): Promise<Shown> =>
    node.get<Shown>(`/api/v1/records/${id}`)
  const dirOf = (index: number): string => federation.dirs[index] ?? ''
  const holder = (name: string): string => join(place.dir, name)

  async function make(node: NodeProcess, local: string, fields: object): Promise<void> {
    await node.create({ kind: 'resource', local, fields })
  }

  async function edit(node: NodeProcess, id: string, set: object): Promise<void> {
    const { etag } = await shown(node, id)
    const edited = await node.patch(id, etag, { set })
    expect(edited.status, await edited.text()).to.equal(200)
  }

  async function done(...args: readonly string[]): Promise<string> {
    const ran = await mulu(...args)
    expect(ran.status, `${args.join(' ')}\n${ran.stderr}`).to.equal(0)
    return ran.stdout
  }

  before(async () => {
    place = await scratch()
    const rights = 'describe,classify'
    federation = await makeFederation(place.dir, [
      { name: 'Coordinator', agency: 'C-1' },
      { name: 'Head', agency: 'A-1' },
      { name: 'Laptop', agency: 'A-1', office: 'field', rights },
      { name: 'Branch', agency: 'A-1', office: 'branch' },
    ])
    ;[coordinator, head, laptop, branch] = federation.nodes as [
      NodeProcess,
      NodeProcess,
      NodeProcess,
      NodeProcess,
    ]
    // The root holders keep their keys elsewhere; the coordinator has none.
    for (const [index, name] of ['anna', 'bo', 'chen'].entries()) {
      await cp(join(dirOf(0), 'root', `root-${index + 1}.key`), join(holder(name), 'root.key'))
    }
    await rm(join(dirOf(0), 'root'), { recursive: true })
  })

  after(async () => {
    await Promise.all(more.map((node) => node.stop('SIGKILL')))
    await federation?.stop()
    await place?.remove()
  })

  it('[E223] is revoked and replaced with the commands alone, and loses no honest work', async () => {
    const text = { 'title/en': 'Rivers', 'description/en': 'All rivers', state: 'published' }
    await make(laptop, 'r1', { ...text, sharing: OPEN })
    await make(laptop, 'r2', { ...text, 'title/en': 'Lakes', sharing: OPEN })
    await edit(laptop, '2/resource/r1', { issued: '2026-01-01' })
    await untilEqual([...honest(), laptop], 2)
    // From here on it is not sure whose hands the laptop was in: a closing and a piece of work.
    await edit(laptop, '2/resource/r1', { sharing: CLOSED })
    await edit(laptop, '2/resource/r2', { issued: '2026-02-02' })
    await untilEqual([...honest(), laptop, branch], 2)
    await Promise.all([laptop.stop(), branch.stop()])
    await cp(dirOf(2), join(place.dir, 'stolen'), { recursive: true })

    const cut = ['key', 'revoke', '3', '--from', '4', '--why', 'stolen', '--dir', dirOf(1)]
    const preview = await muluJson<Revoked>(...cut, '--dry-run')
    expect(preview.orphaned.map(({ seq }) => seq)).to.deep.equal([4, 5])
    expect(preview.loosened).to.have.length(1)
    expect(preview.loosened[0]).to.include({ path: 'sharing', reclosed: true })
    const refused = await mulu(...cut.with(-1, dirOf(0)), '--out', join(place.dir, 'no.json'))
    expect([refused.status, refused.stderr.split(':')[0]]).to.deep.equal([1, 'MULU_LOOSENS'])

    const proposal = join(place.dir, 'proposal.json')
    expect(await done(...cut, '--out', proposal)).to.match(/sharing .*: closed anew/)
    const signed = await Promise.all(
      ['anna', 'chen'].map(async (name) => {
        const out = join(holder(name), 'signed.json')
        const key = join(holder(name), 'root.key')
        const said = await done('roster', 'sign', proposal, '--key', key, '--out', out, '--yes')
        expect(said).to.match(/close writer #3 .* at 2\/1:3, 2\/0:0 for good \(stolen\)/)
        return out
      }),
    )
    const early = await mulu('roster', 'publish', '--dir', dirOf(1), signed[0] ?? '')
    expect([early.status, early.stderr.split(':')[0]]).to.deep.equal([1, 'MULU_ROSTER_THRESHOLD'])
    await done('roster', 'publish', '--dir', dirOf(1), ...signed)
    for (const node of honest()) {
      const record = await eventually('the cut', async () => {
        const now = await shown(node, '2/resource/r2')
        return now.fields['issued'] === undefined ? now : undefined
      })
      expect(record.fields['title/en']).to.equal('Lakes')
      const { fields } = await shown(node, '2/resource/r1')
      // What was there before the cut survives, and what was closed stays closed.
      expect(fields).to.deep.include({ issued: '2026-01-01', sharing: CLOSED })
    }

    const orphans = await muluJson<Orphans>('key', 'orphans', '3', '--dir', dirOf(1))
    expect(orphans.items.map(({ seq }) => seq)).to.deep.equal([4, 5])
    await done('key', 'adopt', '3', '--record', '2/resource/r2', '--dir', dirOf(1))
    for (const node of honest()) {
      await eventually('the adopted work', async () => {
        const { fields } = await shown(node, '2/resource/r2')
        return fields['issued'] === '2026-02-02' ? fields : undefined
      })
    }
  })

  it('[E224] lets nothing in that the thief dates back, not even by a node it deceived', async () => {
    await untilEqual(honest(), 2)
    const [port = 0, p2p = 0] = await freePorts(2)
    const stolen = join(place.dir, 'stolen')
    const offline = await NodeProcess.start(stolen, port, p2p, '--offline')
    // It does not know of its revocation, and cites the roster it was granted under.
    await edit(offline, '2/resource/r1', { sharing: OPEN })
    await edit(offline, '2/resource/r1', { 'title/en': 'Bought' })
    await offline.stop()
    await Promise.all([coordinator.stop(), head.stop()])
    const thief = await NodeProcess.start(stolen, port, p2p)
    more.push(thief)
    branch = await federation.start(3)
    await eventually('the branch deceived', async () => {
      const { fields } = await shown(branch, '2/resource/r1')
      return fields['title/en'] === 'Bought' ? fields : undefined
    })
    coordinator = await federation.start(0)
    head = await federation.start(1)
    await untilEqual([coordinator, head, branch], 2)
    for (const node of [coordinator, head, branch]) {
      const { fields } = await shown(node, '2/resource/r1')
      expect(fields).to.deep.include({ 'title/en': 'Rivers', sharing: CLOSED })
    }
    const orphans = await eventually('the evidence', async () => {
      const listed = await muluJson<Orphans>('key', 'orphans', '3', '--dir', dirOf(1))
      return listed.items.length === 4 ? listed.items : undefined
    })
    expect(orphans.map(({ seq }) => seq)).to.deep.equal([4, 5, 6, 7])
    expect((await muluJson<{ ok: boolean }>('verify', '--dir', dirOf(1))).ok).to.equal(true)
  })

  it('[E225] works on a new laptop under a new key, and rotates that one without a gap', async () => {
    const ticket = (await done('ticket', '--dir', dirOf(1))).trim()
    const dir = join(place.dir, 'new')
    const words = (await done('fingerprint', '--dir', dirOf(0))).split('\n')[1]?.trim() ?? ''
    const who = ['--agency', 'A-1', '--agency-name', 'Head', '--office', 'field']
    const wrong = await mulu(
      ...['init', '--dir', dir, '--ticket', ticket, ...who],
      ...['--fingerprint', `${words} abandon`],
    )
    expect([wrong.status, wrong.stderr.split(':')[0]]).to.deep.equal([1, 'MULU_FINGERPRINT'])
    await done('init', '--dir', dir, '--ticket', ticket, ...who, '--fingerprint', words)
    await publish(['--admit', join(dir, 'join-request.json'), '--rights', 'describe,classify'])
    const [port = 0, p2p = 0] = await freePorts(2)
    const fresh = await NodeProcess.start(dir, port, p2p)
    more.push(fresh)
    await untilEqual([...honest(), fresh], 2)
    await edit(fresh, '2/resource/r2', { 'title/en': 'Lakes and ponds' })
    await done('key', 'rotate', '--dir', dir)
    await edit(fresh, '2/resource/r2', { rights: 'written with the old key' })
    await untilEqual([...honest(), fresh], 2)
    await publish(['--admit', join(dir, 'join-request.json')])
    const client = await eventually('the new key', async () => {
      const { writer } = await fresh.get<Status>('/api/v1/status')
      return writer.client === 6 ? writer.client : undefined
    })
    expect(client).to.equal(6)
    await edit(fresh, '2/resource/r2', { 'title/en': 'Lakes, ponds and tarns' })
    await untilEqual([...honest(), fresh], 2)
    const { fields } = await shown(coordinator, '2/resource/r2')
    expect(fields).to.deep.include({
      'title/en': 'Lakes, ponds and tarns',
      rights: 'written with the old key',
    })
    expect((await mulu('status', '--dir', dir)).status).to.equal(0)
  })

  /** Proposes at the head office, has two root holders sign, and publishes there. */
  async function publish(orders: readonly string[]): Promise<void> {
    const file = join(place.dir, `p${Math.random()}.json`)
    await done('roster', 'propose', '--dir', dirOf(1), '--out', file, ...orders)
    const signed: string[] = []
    for (const name of ['anna', 'bo']) {
      const out = `${file}.${name}`
      const key = join(holder(name), 'root.key')
      await done('roster', 'sign', file, '--key', key, '--out', out, '--yes')
      signed.push(out)
    }
    await done('roster', 'publish', '--dir', dirOf(1), ...signed)
  }
})
