import { join } from 'node:path'
import { expect } from 'chai'
import { type Federation, makeFederation } from './support/federation.ts'
import {
  eventually,
  mulu,
  muluJson,
  type NodeProcess,
  scratch,
  untilEqual,
} from './support/mulu.ts'

type Held = {
  readonly agencies: number
  readonly of: number
  readonly names: readonly { readonly code: string }[]
  readonly leaving: number
  readonly lacking: number
}
type Status = {
  readonly catalogue: { readonly records: number; readonly digest: string }
  readonly heads: { readonly digest: string; readonly commits: number }
  readonly asOf: {
    readonly agree: number
    readonly nodes: number
    readonly share: { readonly state: string; readonly held: Held | null }
  }
  readonly keeping: { readonly lackingRecords: number; readonly archives: readonly unknown[] }
  readonly peers: readonly {
    readonly client: number
    readonly office: string | null
    readonly agrees: boolean | null
    readonly archive: boolean | null
    readonly holds: { readonly agencies: number; readonly of: number } | null
  }[]
}
type Report = {
  readonly agencies: { readonly agencies: number; readonly of: number }
  readonly comes: { readonly records: number; readonly bytes: number }
  readonly goes: { readonly records: number; readonly bytes: number }
}
type Bundle = { readonly commits: number; readonly held: unknown }
type Taken = { readonly new: number; readonly notHeld: number; readonly refused: number }

const statusOf = (node: NodeProcess): Promise<Status> => node.get<Status>('/api/v1/status')

async function make(node: NodeProcess, local: string): Promise<void> {
  const fields = {
    ...{ 'title/en': `Rivers ${local}`, 'description/en': 'All rivers' },
    state: 'published',
  }
  await node.create({ kind: 'resource', local, fields })
}

describe('an office that holds a part of the catalogue', function () {
  this.timeout(240_000)
  let place: Awaited<ReturnType<typeof scratch>>
  let federation: Federation
  let coordinator: NodeProcess
  let other: NodeProcess
  let office: NodeProcess

  const dirOf = (index: number): string => federation.dirs[index] ?? ''
  const subscribe = (...args: readonly string[]): Promise<Report> =>
    muluJson<Report>('subscribe', '--dir', dirOf(3), ...args)

  /** Waits until the office holds so many records, everybody has the same heads, and both agree. */
  async function untilSettled(records: number): Promise<Status> {
    return eventually(
      `${records} records at the office`,
      async () => {
        const [own, whole] = await Promise.all([statusOf(office), statusOf(coordinator)])
        const seen = whole.peers.find((peer) => peer.office === 'small')
        const { held } = own.asOf.share
        const isAgreed = own.asOf.agree === own.asOf.nodes && seen?.agrees === true
        const isSame = own.heads.digest === whole.heads.digest && isAgreed
        const isWhole = own.catalogue.records === records && own.keeping.lackingRecords === 0
        return isSame && isWhole && (held?.leaving ?? 0) === 0 ? own : undefined
      },
      60_000,
    )
  }

  before(async () => {
    place = await scratch()
    federation = await makeFederation(place.dir, [
      { name: 'Coordinator', agency: 'C-1' },
      { name: 'Head', agency: 'A-1' },
      { name: 'Other', agency: 'B-1' },
      { name: 'Head small', agency: 'A-1', office: 'small' },
    ])
    ;[coordinator, , other, office] = federation.nodes as [
      NodeProcess,
      NodeProcess,
      NodeProcess,
      NodeProcess,
    ]
    for (const [i, node] of federation.nodes.slice(0, 3).entries()) await make(node, `r${i}`)
    await untilEqual(federation.nodes, 3)
  })

  after(async () => {
    await federation?.stop()
    await place?.remove()
  })

  it('[SB14] subscribes by command while the node runs, after telling what would go', async () => {
    const refused = await mulu('subscribe', '--dir', dirOf(0), '--own')
    expect(refused.status).to.equal(1)
    expect(refused.stderr).to.include('MULU_SUBSCRIPTION').and.include('coordinator')
    const head = await mulu('subscribe', '--dir', dirOf(1), '--own', '--dry-run')
    expect(head.stderr).to.include('MULU_SUBSCRIPTION').and.include('head office')
    const unknown = await mulu('subscribe', '--dir', dirOf(3), '--agency', 'Z-9')
    expect(unknown.stderr).to.include('Z-9')
    const wrong = await mulu('subscribe', '--dir', dirOf(3), '--region', '广东')
    expect(wrong.stderr).to.include('MULU_SUBSCRIPTION')
    for (const args of [['--dry-run'], ['--all', '--own']]) {
      expect((await mulu('subscribe', '--dir', dirOf(3), ...args)).status).to.equal(2)
    }
    const planned = await subscribe('--own', '--dry-run')
    expect(planned.agencies).to.deep.equal({ agencies: 1, of: 3 })
    expect(planned.goes.records).to.equal(2)
    expect(planned.goes.bytes).to.be.greaterThan(50)
    expect((await statusOf(office)).asOf.share.held).to.equal(null)
    await subscribe('--own')
    const { asOf, catalogue } = await untilSettled(1)
    expect(asOf.share.state).to.equal('partial')
    expect(asOf.share.held).to.deep.include({ agencies: 1, of: 3, lacking: 0 })
    expect(asOf.share.held?.names.map(({ code }) => code)).to.deep.equal(['A-1'])
    expect(catalogue.digest).to.not.equal((await statusOf(coordinator)).catalogue.digest)
    const { stdout } = await mulu('subscribe', '--dir', dirOf(3))
    expect(stdout).to.include('holds 1 of 3 agencies, and the headers of all')
  })

  it('[SB15] says in every answer of what it is, and of a record that it is not held here', async () => {
    await make(other, 'r4')
    await untilSettled(1)
    const search = await office.ask('/api/v1/records?q=rivers')
    expect(search.headers.get('mulu-held')).to.equal('1/3')
    const page = (await search.json()) as { total: number; asOf: Status['asOf'] }
    expect([page.total, page.asOf.share.held?.agencies]).to.deep.equal([1, 1])
    const unheld = await office.ask('/api/v1/records/3/resource/r2')
    const problem = (await unheld.json()) as { code: string; details: Record<string, unknown> }
    expect([unheld.status, problem.code]).to.deep.equal([404, 'MULU_RECORD_NOT_HELD'])
    expect(problem.details['agency']).to.include({ code: 'B-1' })
    expect(problem.details['keptBy']).to.have.length(3)
    const nowhere = await office.get<{ code: string }>('/api/v1/records/3/resource/none')
    expect(nowhere.code).to.equal('MULU_RECORD_NOT_FOUND')
    const { items } = await office.get<{ items: readonly { code: string; held: boolean }[] }>(
      '/api/v1/agencies',
    )
    expect(items.map(({ code, held }) => [code, held])).to.have.deep.members([
      ['C-1', false],
      ['A-1', true],
      ['B-1', false],
    ])
    const atom = await (await office.ask('/feed.atom?lang=en')).text()
    expect(atom).to.include('<subtitle>Of 1 of 3 agencies;')
    const exported = await mulu('export', '--dir', dirOf(3))
    expect(exported.stdout.trim().split('\n')).to.have.length(1)
    expect(exported.stderr).to.include('of 1 of 3 agencies')
    const differences = await office.ask('/api/v1/differences?from=2020-01-01')
    expect(differences.status).to.equal(200)
    expect((await office.ask('/api/v1/records?asOf=2020-01-01')).status).to.equal(200)
    const evidence = await office.get<{ code: string }>('/api/v1/records/3/resource/r2/evidence')
    expect(evidence.code).to.equal('MULU_PARTIAL')
    const whole = await coordinator.ask('/api/v1/records')
    expect(whole.headers.get('mulu-held')).to.equal(null)
  })

  it('[SB16] is seen by the others for what it is, and agrees with them over what both hold', async () => {
    await untilSettled(1)
    const { peers, keeping, asOf } = await statusOf(coordinator)
    const seen = peers.find((peer) => peer.office === 'small')
    expect(seen).to.deep.include({ holds: { agencies: 1, of: 3 }, archive: false, agrees: true })
    expect(keeping.archives).to.have.length(3)
    expect(asOf.agree).to.equal(4)
    const own = await statusOf(office)
    expect(own.peers.map(({ agrees }) => agrees)).to.deep.equal([true, true, true, true])
    expect((await mulu('verify', '--dir', dirOf(3))).status).to.equal(0)
    const { stdout } = await mulu('status', '--dir', dirOf(3))
    expect(stdout).to.include('over the part that is held here')
  })

  it('[SB17] carries in a bundle what it holds, and takes from one what it holds', async () => {
    await untilSettled(1)
    const file = join(place.dir, 'of-the-office.bundle')
    const made = await muluJson<Bundle>(
      ...['bundle', 'export', '--dir', dirOf(3), '--all', '--out', file],
    )
    expect(made).to.deep.include({ commits: 1, held: { agencies: 1, of: 3 } })
    const [taken] = await muluJson<readonly Taken[]>('bundle', 'import', '--dir', dirOf(0), file)
    expect(taken).to.deep.include({ new: 0, notHeld: 0, refused: 0 })
    await office.stop()
    await make(other, 'r5')
    await untilEqual([coordinator, other], 5)
    const back = join(place.dir, 'for-the-office.bundle')
    const to = ['--since', file, '--out', back]
    const sent = await muluJson<Bundle>('bundle', 'export', '--dir', dirOf(0), ...to)
    expect(sent.commits).to.equal(1)
    const [brought] = await muluJson<readonly Taken[]>('bundle', 'import', '--dir', dirOf(3), back)
    expect(brought).to.deep.include({ new: 1, refused: 0 })
    const { catalogue, heads, keeping } = await muluJson<Status>('status', '--dir', dirOf(3))
    expect([catalogue.records, keeping.lackingRecords]).to.deep.equal([1, 0])
    expect(heads.digest).to.equal((await statusOf(coordinator)).heads.digest)
  })

  it('[SB14] subscribes to more while the node is stopped, and to all again', async () => {
    const planned = await subscribe('--agency', 'B-1', '--dry-run')
    expect(planned.comes.records).to.equal(3)
    const report = await subscribe('--agency', 'B-1')
    expect(report.agencies).to.deep.equal({ agencies: 2, of: 3 })
    expect((await muluJson<Held>('subscribe', '--dir', dirOf(3))).lacking).to.equal(3)
    office = await federation.start(3)
    await untilSettled(4)
    expect((await office.ask('/api/v1/records/3/resource/r2')).status).to.equal(200)
    expect((await subscribe('--all')).agencies).to.deep.equal({ agencies: 3, of: 3 })
    await untilEqual([coordinator, office], 5)
    const { asOf, peers } = await statusOf(office)
    expect(asOf.share).to.deep.include({ state: 'level', held: null })
    expect(peers.find((peer) => peer.office === 'small')?.archive).to.equal(true)
  })

  it('[SB13] is in a backup, and holds after a restore once the new node is admitted', async () => {
    await subscribe('--own')
    await untilSettled(1)
    const file = join(place.dir, 'office.backup')
    expect((await mulu('backup', '--dir', dirOf(3), '--out', file)).status).to.equal(0)
    const restored = join(place.dir, 'restored')
    const ran = await mulu('restore', file, '--dir', restored)
    expect(ran.status, ran.stderr).to.equal(0)
    await office.stop()
    const admitted = await mulu('admit', '--dir', dirOf(0), join(restored, 'join-request.json'))
    expect(admitted.status, admitted.stderr).to.equal(0)
    const carried = join(place.dir, 'roster.bundle')
    await muluJson('bundle', 'export', '--dir', dirOf(0), '--all', '--out', carried)
    await muluJson('bundle', 'import', '--dir', restored, carried)
    const status = await muluJson<Status>('status', '--dir', restored)
    expect(status.asOf.share.held).to.deep.include({ agencies: 1, of: 3, leaving: 0 })
    expect([status.catalogue.records, status.keeping.lackingRecords]).to.deep.equal([1, 0])
  })
})
