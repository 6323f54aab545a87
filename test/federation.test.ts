import { join } from 'node:path'
import { expect } from 'chai'
import { type Federation, makeFederation } from './support/federation.ts'
import {
  eventually,
  mulu,
  muluJson,
  type NodeProcess,
  SAMPLES,
  scratch,
  untilEqual,
} from './support/mulu.ts'

type Page = { readonly total: number; readonly items: readonly { readonly id: string }[] }

describe('a federation made by hand', function () {
  this.timeout(120_000)
  let place: Awaited<ReturnType<typeof scratch>>
  let federation: Federation

  before(async () => {
    place = await scratch()
    federation = await makeFederation(place.dir, [
      { name: 'Coordinator', agency: 'C-1' },
      { name: 'Agency A', agency: 'A-1' },
      { name: 'Agency B', agency: 'B-1' },
    ])
  })

  after(async () => {
    await federation?.stop()
    await place?.remove()
  })

  it('[E21] makes three nodes a federation with found, ticket, init, admit and start alone', async () => {
    const [coordinator, a, b] = federation.nodes as [NodeProcess, NodeProcess, NodeProcess]
    const report = await muluJson<{ added: number }>(
      ...['import', join(SAMPLES, 'dcat-us', 'consumerfinance.json'), '--dir', a.dir],
    )
    expect(report.added).to.equal(11)
    await untilEqual([coordinator, a, b], 11)
    const page = await b.get<Page>('/api/v1/records?q=mortgage')
    expect(page.total).to.be.greaterThan(0)
    const found = await coordinator.ask(`/api/v1/records/${page.items[0]?.id}`)
    expect(found.status).to.equal(200)
  })

  it('[E22] goes on in everything but admission when the coordinator is gone for good', async () => {
    const [coordinator, a, b] = federation.nodes as [NodeProcess, NodeProcess, NodeProcess]
    await coordinator.stop('SIGKILL')
    const report = await muluJson<{ added: number }>(
      ...['import', join(SAMPLES, 'dcat-us', 'opm.json'), '--dir', b.dir],
    )
    expect(report.added).to.equal(134)
    await untilEqual([a, b], 145)
    await Promise.all([a.stop(), b.stop()])
    const again = [await federation.start(1), await federation.start(2)]
    await untilEqual(again, 145)
    const second = await muluJson<{ added: number; unchanged: number; commits: number }>(
      ...['import', join(SAMPLES, 'dcat-us', 'opm.json'), '--dir', again[1]?.dir ?? ''],
    )
    expect(second).to.include({ added: 0, unchanged: 134, commits: 0 })
  })

  it('[E23] verifies and exports through the running node and on its store alike', async () => {
    const dir = federation.dirs[1] ?? ''
    const running = await muluJson<{ ok: boolean; digest: string }>('verify', '--dir', dir)
    const lines = (await mulu('export', '--dir', dir)).stdout.trim().split('\n')
    await federation.stop()
    const stopped = await muluJson<{ ok: boolean; digest: string }>('verify', '--dir', dir)
    expect(running.ok).to.equal(true)
    expect(stopped).to.deep.equal(running)
    const again = (await mulu('export', '--dir', dir)).stdout.trim().split('\n')
    expect(again).to.deep.equal(lines)
    expect(lines).to.have.length(145)
  })

  it('[E24] refuses a second process on one folder with a clear message', async () => {
    const node = await federation.start(1)
    const ran = await mulu('start', '--dir', node.dir, '--port', '0', '--p2p', '0')
    expect(ran.status).to.equal(1)
    expect(ran.stderr).to.contain('MULU_STORE_LOCKED')
    const status = await eventually('the first still serves', async () => {
      const response = await node.ask('/api/v1/status')
      return response.ok ? response.status : undefined
    })
    expect(status).to.equal(200)
    expect(await node.stop()).to.equal(0)
  })
})
