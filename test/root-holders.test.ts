import { cp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import { type Federation, makeFederation } from './support/federation.ts'
import {
  eventually,
  freePorts,
  mulu,
  muluJson,
  NodeProcess,
  SAMPLES,
  scratch,
  untilEqual,
} from './support/mulu.ts'

type Roster = {
  readonly version: number
  readonly roots: { readonly threshold: number; readonly keys: readonly string[] }
  readonly agencies: readonly { readonly code: string; readonly retired: object | null }[]
  readonly namespaces: readonly { readonly id: number; readonly agency: number }[]
}

describe('root holders', function () {
  this.timeout(180_000)
  let place: Awaited<ReturnType<typeof scratch>>
  let federation: Federation
  const more: NodeProcess[] = []
  const dirOf = (index: number): string => federation.dirs[index] ?? ''
  const keyOf = (name: string): string => join(place.dir, name, 'root.key')

  before(async () => {
    place = await scratch()
    federation = await makeFederation(place.dir, [
      { name: 'Coordinator', agency: 'C-1' },
      { name: 'Agency', agency: 'A-1' },
      { name: 'Other', agency: 'B-1' },
    ])
    await mulu('import', join(SAMPLES, 'dcat-us', 'consumerfinance.json'), '--dir', dirOf(1))
    for (const [index, name] of ['anna', 'bo'].entries()) {
      await cp(join(dirOf(0), 'root', `root-${index + 1}.key`), keyOf(name))
    }
    await untilEqual(federation.nodes, 11)
    // The coordinator burns down, and the third root holder with it.
    await federation.nodes[0]?.stop('SIGKILL')
    await rm(dirOf(0), { recursive: true })
  })

  after(async () => {
    await Promise.all(more.map((node) => node.stop('SIGKILL')))
    await federation?.stop()
    await place?.remove()
  })

  async function done(...args: readonly string[]): Promise<string> {
    const ran = await mulu(...args)
    expect(ran.status, `${args.join(' ')}\n${ran.stderr}`).to.equal(0)
    return ran.stdout
  }

  async function sign(file: string, names: readonly string[]): Promise<readonly string[]> {
    return Promise.all(
      names.map(async (name) => {
        const out = `${file}.${name}`
        await done('roster', 'sign', file, '--key', keyOf(name), '--out', out, '--yes')
        return out
      }),
    )
  }

  const rosterOf = (node: NodeProcess): Promise<Roster> => node.get<Roster>('/api/v1/roster')

  it('[E226] admit a new agency when the coordinator and one of three of them are gone', async () => {
    const [, agency, other] = federation.nodes as [NodeProcess, NodeProcess, NodeProcess]
    const dir = join(place.dir, 'New')
    const ticket = (await done('ticket', '--dir', dirOf(1))).trim()
    const words = (await done('fingerprint', '--dir', dirOf(2))).split('\n')[2]?.trim() ?? ''
    await done(
      ...['init', '--dir', dir, '--ticket', ticket, '--agency', 'N-1', '--agency-name', 'New'],
      ...['--fingerprint', words],
    )
    const file = join(place.dir, 'admit.json')
    const request = join(dir, 'join-request.json')
    await done('roster', 'propose', '--dir', dirOf(1), '--admit', request, '--out', file)
    const [first = '', second = ''] = await sign(file, ['anna', 'bo'])
    const short = await mulu('roster', 'publish', '--dir', dirOf(1), first)
    expect([short.status, short.stderr.split(':')[0]]).to.deep.equal([1, 'MULU_ROSTER_THRESHOLD'])
    const twice = await mulu('roster', 'publish', '--dir', dirOf(1), first, first)
    expect([twice.status, twice.stderr.split(':')[0]]).to.deep.equal([1, 'MULU_ROSTER_THRESHOLD'])
    await done('roster', 'publish', '--dir', dirOf(1), first, second)
    const [port = 0, p2p = 0] = await freePorts(2)
    const fresh = await NodeProcess.start(dir, port, p2p)
    more.push(fresh)
    await untilEqual([agency, other, fresh], 11)
  })

  it('[E227] refuse a second roster of one version, and publish none that came too late', async () => {
    const [, agency] = federation.nodes as [NodeProcess, NodeProcess]
    const [a, b] = [join(place.dir, 'a.json'), join(place.dir, 'b.json')]
    await done('roster', 'propose', '--dir', dirOf(1), '--name', 'A-1=en=Renamed', '--out', a)
    await done('roster', 'propose', '--dir', dirOf(1), '--name', 'A-1=en=Otherwise', '--out', b)
    const signed = await sign(a, ['anna', 'bo'])
    const again = ['roster', 'sign', b, '--key', keyOf('anna'), '--out', `${b}.anna`, '--yes']
    const refused = await mulu(...again)
    expect([refused.status, refused.stderr.split(':')[0]]).to.deep.equal([1, 'MULU_SIGNED_OTHER'])
    const mixed = await mulu('roster', 'publish', '--dir', dirOf(1), ...signed, b)
    expect([mixed.status, mixed.stderr.split(':')[0]]).to.deep.equal([1, 'MULU_PROPOSAL_OTHER'])
    await done('roster', 'publish', '--dir', dirOf(1), ...signed)
    const before = await rosterOf(agency)
    await done(...again, '--again')
    const withdrawn = `${b}.bo`
    await done(...again.with(4, keyOf('bo')).with(6, withdrawn), '--again')
    const late = await mulu('roster', 'publish', '--dir', dirOf(1), `${b}.anna`, withdrawn)
    expect([late.status, late.stderr.split(':')[0]]).to.deep.equal([1, 'MULU_ROSTER_CHAIN'])
    expect((await rosterOf(agency)).version).to.equal(before.version)
  })

  it('[E228] merge an agency into another, replace their keys, and publish a profile', async () => {
    const [, agency, other] = federation.nodes as [NodeProcess, NodeProcess, NodeProcess]
    const merge = join(place.dir, 'merge.json')
    await done('roster', 'propose', '--dir', dirOf(1), '--retire', 'A-1=B-1', '--out', merge)
    expect(await done('roster', 'show', merge)).to.match(/namespace 2 belongs to Other \(#3\)/)
    await done('roster', 'publish', '--dir', dirOf(2), ...(await sign(merge, ['anna', 'bo'])))
    await eventually('the merger', async () => {
      const { namespaces } = await rosterOf(other)
      return namespaces.find(({ id }) => id === 2)?.agency === 3 ? true : undefined
    })
    const page = await other.get<{ items: readonly { id: string }[] }>('/api/v1/records?limit=1')
    const id = page.items[0]?.id ?? ''
    const { etag } = await other.get<{ etag: string }>(`/api/v1/records/${id}`)
    expect((await other.patch(id, etag, { set: { rights: 'merged' } })).status).to.equal(200)
    await eventually('the merger at the former owner', async () => {
      const { namespaces } = await rosterOf(agency)
      return namespaces.find(({ id: ns }) => ns === 2)?.agency === 3 ? true : undefined
    })
    const former = await eventually(
      'the refusal, once the former owner has judged anew',
      async () => {
        const { status } = await agency.patch(id, etag, { set: { rights: 'from the past' } })
        return status === 404 ? undefined : status
      },
    )
    expect(former).to.equal(403)

    const keys: string[] = []
    for (const name of ['dan', 'eva']) {
      keys.push((await done('key', 'make', keyOf(name), '--no-passphrase')).trim())
    }
    const roots = join(place.dir, 'roots.json')
    const stated = keys.flatMap((key) => ['--root-key', key])
    const replace = ['roster', 'propose', '--dir', dirOf(2), ...stated, '--threshold', '2']
    await done(...replace, '--out', roots)
    expect(await done('roster', 'show', roots)).to.match(/REPLACE THE ROOT KEYS/)
    const olds = await sign(roots, ['anna', 'bo'])
    const early = await mulu('roster', 'publish', '--dir', dirOf(2), ...olds)
    expect([early.status, early.stderr.split(':')[0]]).to.deep.equal([1, 'MULU_ROSTER_THRESHOLD'])
    const news = await sign(roots, ['dan', 'eva'])
    await done('roster', 'publish', '--dir', dirOf(2), ...olds, ...news)
    expect((await rosterOf(other)).roots).to.deep.equal({ threshold: 2, keys })

    const profile = join(place.dir, 'profile.json')
    const present = JSON.parse(await done('roster', 'profile', '--dir', dirOf(2))) as object
    await writeFile(profile, JSON.stringify({ ...present, version: 2 }))
    const next = join(place.dir, 'next.json')
    await done('roster', 'propose', '--dir', dirOf(2), '--profile', profile, '--out', next)
    const signed = await sign(next, ['dan', 'eva'])
    const alone = await mulu('roster', 'publish', '--dir', dirOf(2), ...signed)
    expect([alone.status, alone.stderr.split(':')[0]]).to.deep.equal([1, 'MULU_PROFILE'])
    await done('roster', 'publish', '--dir', dirOf(2), ...signed, '--profile', profile)
    const [fresh] = more
    await eventually('the profile at the others', async () => {
      const status = await fresh?.get<{ profile: { version: string } }>('/api/v1/status')
      return status?.profile.version === '2' ? true : undefined
    })
    await untilEqual([other, ...more], 11)
    expect((await muluJson<{ ok: boolean }>('verify', '--dir', dirOf(2))).ok).to.equal(true)
  })
})
