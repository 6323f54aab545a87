import { once } from 'node:events'
import { type ClientRequest, type IncomingMessage, request } from 'node:http'
import { join } from 'node:path'
import { expect } from 'chai'
import { type Clock, systemClock } from '../../src/clock.ts'
import { dataFolder } from '../../src/folder/data-folder.ts'
import { run } from '../cli/run.ts'
import { FIELDS, foundIn, serveNode, type TestNode, tempDir } from '../test-node.ts'

const BUNDLES = '/api/v1/bundles'
const DOWNLOADS = '/api/v1/bundles/downloads'

/** A clock whose waits end when the test says so. */
class HeldClock implements Clock {
  readonly now = systemClock.now
  readonly sleep = systemClock.sleep
  readonly #waits = new Map<number, Set<() => void>>()
  #lateMs = 0

  elapsed = (): number => systemClock.elapsed() + this.#lateMs

  after = (ms: number, go: () => void): (() => void) => {
    const waits = this.#waits.get(ms) ?? new Set()
    this.#waits.set(ms, waits.add(go))
    return () => waits.delete(go)
  }

  /** Ends the waits of this length; tells how many there were. */
  end(ms: number): number {
    const waits = [...(this.#waits.get(ms) ?? [])]
    for (const go of waits) go()
    return waits.length
  }

  waitFor(ms: number): void {
    this.#lateMs += ms
  }
}

describe('bundles over HTTP', function () {
  this.timeout(60_000)
  const limits = { bodyMs: 1_234_567, stallMs: 7_654_321 }
  let clock: HeldClock
  let node: TestNode
  let remove: () => Promise<void>

  beforeEach(async () => {
    const [dir, removeDir] = await tempDir()
    remove = removeDir
    const [own, other] = [join(dir, 'own'), join(dir, 'other')]
    await foundIn(own)
    const ticket = (await run('ticket', '--dir', own)).stdout.trim()
    await run(
      ...['init', '--dir', other, '--ticket', ticket, '--agency', 'A/1', '--agency-name', 'One'],
      ...['--office', '北 站'],
    )
    await run('admit', '--dir', own, dataFolder(other).joinRequest)
    clock = new HeldClock()
    node = await serveNode(own, { limits }, clock)
    await node.context.store.registry.write({
      ...{ ns: 1, aud: 1, actor: 'desk' },
      changes: [{ rec: 'service/rivers', set: FIELDS }],
    })
  })
  afterEach(async () => {
    await node.close()
    await remove()
  })

  const prepare = (query = '', headers: Record<string, string> = {}) =>
    node.own(`${DOWNLOADS}?${query}`, { method: 'POST', headers })

  /** A bundle on its way in, whose body is still to come. */
  function open(path: string, headers: Record<string, string> = {}): ClientRequest {
    const sent = request(node.url + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${node.key}`, 'transfer-encoding': 'chunked', ...headers },
    })
    sent.flushHeaders()
    return sent
  }

  async function answered(sent: ClientRequest): Promise<{ status: number; code?: string }> {
    const [response] = (await once(sent, 'response')) as [IncomingMessage]
    let text = ''
    for await (const chunk of response) text += String(chunk)
    return { ...JSON.parse(text), status: response.statusCode ?? 0 }
  }

  it('[HT90] prepares a bundle that its ticket fetches once, without the key, under a name that says from whom, for whom and when', async () => {
    const { status, body } = await prepare('to=2&encrypt=key')
    expect(status).to.equal(200)
    expect(body).to.include({ commits: 1, to: 2, sinceMs: null })
    expect(body.name).to.match(/^mulu-CN-TEST-to-A_1-北_站-\d{8}-\d{4}\.bundle$/)
    const fetched = await fetch(node.url + body.path)
    expect(fetched.status).to.equal(200)
    expect(fetched.headers.get('content-type')).to.equal('application/octet-stream')
    const disposition = fetched.headers.get('content-disposition') ?? ''
    expect(disposition).to.match(/^attachment; /)
    expect(decodeURIComponent(disposition)).to.include('to-A_1-北_站-')
    const bytes = Buffer.from(await fetched.arrayBuffer())
    expect(bytes.subarray(0, 14).toString()).to.equal('mulu-bundle/1\n')
    const again = await node.get(body.path)
    expect([again.status, again.body.code]).to.deep.equal([404, 'MULU_NOT_FOUND'])
  })

  it('[HT90] forgets what nobody fetched for ten minutes, and the oldest of many', async () => {
    const late = (await prepare()).body
    expect(late.name).to.match(/^mulu-CN-TEST-to-all-\d{8}-\d{4}\.bundle$/)
    clock.waitFor(600_000)
    expect((await node.get(late.path)).body.code).to.equal('MULU_NOT_FOUND')
    const paths: string[] = []
    for (let i = 0; i < 9; i++) paths.push((await prepare()).body.path)
    expect((await node.get(paths[0] ?? '')).status).to.equal(404)
    for (const path of paths.slice(1)) expect((await node.get(path)).status).to.equal(200)
  })

  it('[HT90] refuses to prepare without the key, for nobody, and with a passphrase that is missing', async () => {
    expect((await node.get(DOWNLOADS, { method: 'POST' })).status).to.equal(401)
    expect((await prepare('to=nobody')).body.code).to.equal('MULU_BUNDLE_RECEIVER')
    expect((await prepare('encrypt=key')).body.code).to.equal('MULU_BUNDLE_RECEIVER')
    expect((await prepare('encrypt=passphrase')).body.code).to.equal('MULU_REQUEST')
    const secret = { 'mulu-passphrase': Buffer.from('密码').toString('base64url') }
    expect((await prepare('encrypt=passphrase', secret)).status).to.equal(200)
  })

  it('[HT91] answers with the code of a refusal, however much of the file was still to come', async () => {
    const sent = open(BUNDLES)
    sent.write('no bundle '.repeat(10))
    expect(await answered(sent)).to.include({ status: 422, code: 'MULU_BUNDLE_SHAPE' })
    sent.end()
    const large = Buffer.alloc(8_000_000, 'no bundle ')
    for (let i = 0; i < 3; i++) {
      const { status, body } = await node.own(BUNDLES, { method: 'POST', body: large })
      expect([status, body.code]).to.deep.equal([422, 'MULU_BUNDLE_SHAPE'])
    }
  })

  it('[HT92] takes a bundle that needs longer than other requests may', async () => {
    const { body } = await prepare('to=2')
    const bytes = Buffer.from(await (await fetch(node.url + body.path)).arrayBuffer())
    const sent = open(BUNDLES)
    sent.write(bytes.subarray(0, 40))
    while (clock.end(limits.bodyMs) > 0);
    sent.end(bytes.subarray(40))
    expect(await answered(sent)).to.include({ status: 200, known: 1, problem: null })
  })

  it('[HT92] takes a bundle that breaks off, or brings nothing for long, as a cut one, and then the next', async () => {
    const { body } = await prepare('to=1&all=1')
    const bytes = Buffer.from(await (await fetch(node.url + body.path)).arrayBuffer())
    for (const isStalled of [false, true]) {
      const sent = open(BUNDLES, { accept: 'application/json' })
      const ended = once(sent, 'error')
      sent.write(bytes.subarray(0, bytes.length - 3))
      if (isStalled) await untilEnded(limits.stallMs)
      else sent.destroy(new Error('the stick was pulled'))
      await ended
      const next = open(BUNDLES)
      next.end(bytes)
      expect(await answered(next)).to.include({ status: 200, known: 1, problem: null })
    }
    expect(node.logged.filter((line) => line.includes('unexpected'))).to.deep.equal([])
  })

  it('[HT92] ends another request whose body is not whole in time, with a code', async () => {
    const sent = open('/api/v1/imports')
    sent.write('{')
    const answer = answered(sent)
    await untilEnded(limits.bodyMs)
    expect(await answer).to.include({ status: 504, code: 'MULU_TIMEOUT' })
  })

  /** Ends waits of a length as soon as there is one. */
  async function untilEnded(ms: number): Promise<void> {
    while (clock.end(ms) === 0) await new Promise((resolve) => setImmediate(resolve))
  }
})
