import { readFile, stat, writeFile } from 'node:fs/promises'
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
} from './support/mulu.ts'

type Status = {
  readonly node: { readonly admitted: boolean }
  readonly roster: { readonly version: number }
  readonly catalogue: { readonly records: number }
}

describe('joining and leaving a federation', function () {
  this.timeout(90_000)
  let place: Awaited<ReturnType<typeof scratch>>
  let federation: Federation
  let late: NodeProcess | undefined

  before(async () => {
    place = await scratch()
    federation = await makeFederation(place.dir, [
      { name: 'Coordinator', agency: 'C-1' },
      { name: 'Agency', agency: 'A-1' },
    ])
    const feed = join(SAMPLES, 'dcat-us', 'consumerfinance.json')
    await mulu('import', feed, '--dir', dirOf(0))
  })

  after(async () => {
    await late?.stop('SIGKILL')
    await federation?.stop()
    await place?.remove()
  })

  const dirOf = (index: number): string => federation.dirs[index] ?? ''
  const status = (node: NodeProcess): Promise<Status> => node.get<Status>('/api/v1/status')

  async function init(name: string): Promise<string> {
    const dir = join(place.dir, name)
    const ticket = (await mulu('ticket', '--dir', dirOf(0))).stdout.trim()
    const who = ['--agency', name, '--agency-name', `Agency ${name}`]
    const made = await mulu('init', '--dir', dir, '--ticket', ticket, ...who)
    expect(made.status, made.stderr).to.equal(0)
    return dir
  }

  it('[E213] lets in a node that was already running when it was admitted', async () => {
    const dir = await init('late')
    const [port = 0, p2p = 0] = await freePorts(2)
    late = await NodeProcess.start(dir, port, p2p)
    expect((await status(late)).node.admitted).to.equal(false)
    const admitted = await mulu('admit', '--dir', dirOf(0), join(dir, 'join-request.json'))
    expect(admitted.status, admitted.stderr).to.equal(0)
    const running = late
    await eventually('the catalogue at the newcomer', async () => {
      const now = await status(running)
      return now.node.admitted && now.catalogue.records === 11 ? now : undefined
    })
  })

  it('[E214] refuses an altered request at a running coordinator and signs nothing', async () => {
    const dir = await init('forger')
    const file = join(dir, 'join-request.json')
    const request = JSON.parse(await readFile(file, 'utf8'))
    await writeFile(file, JSON.stringify({ ...request, peers: [`${request.peers[0]}x`] }))
    const before = await muluJson<Status>('status', '--dir', dirOf(0))
    const refused = await mulu('admit', '--dir', dirOf(0), file)
    expect(refused.status).to.equal(1)
    expect(refused.stderr).to.match(/^MULU_SIGNATURE/)
    const after = await muluJson<Status>('status', '--dir', dirOf(0))
    expect(after.roster).to.deep.equal(before.roster)
  })

  it('[E215] signs no roster at a node that has no root keys', async () => {
    const dir = await init('other')
    const refused = await mulu('admit', '--dir', dirOf(1), join(dir, 'join-request.json'))
    expect(refused.status).to.equal(1)
    expect(refused.stderr).to.match(/^MULU_NOT_COORDINATOR/)
  })

  it('[E216] stops cleanly when told to, and leaves a store that verifies', async () => {
    expect(await federation.nodes[1]?.stop()).to.equal(0)
    const left = await stat(join(dirOf(1), 'run.json')).catch(() => undefined)
    expect(left).to.equal(undefined)
    const verified = await muluJson<{ ok: boolean }>('verify', '--dir', dirOf(1))
    expect(verified.ok).to.equal(true)
  })
})
