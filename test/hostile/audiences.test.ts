import { randomBytes } from 'node:crypto'
import { AbstractMessageStream, AbstractStream } from '@libp2p/utils'
import { concat, type Registry, type Signer } from '@mulu/registry-core'
import { expect } from 'chai'
import { pino } from 'pino'
import { systemClock } from '../../packages/node/src/clock.ts'
import { openNode } from '../../packages/node/src/open-node.ts'
import { eventually } from '../support/mulu.ts'
import { HostileLog } from './hostile-writer.ts'
import { Stage, type StageNode } from './stage.ts'
import { filesWith, makeRecord, untilAgreed, untilRecord } from './watching.ts'

/** Text that compression leaves as it is, one for each audience. */
const text = (): string => randomBytes(48).toString('base64url')
const PUBLIC = text()
const INTERNAL = text()
const RIGHTS = ['describe', 'classify', 'erase'] as const
const SHARED = text()

type Sends = Pick<AbstractMessageStream, 'send'>

/** Everything that any stream of this process sends, as it is before it is encrypted. */
class Recorder implements Disposable {
  #chunks: Uint8Array[] = []
  readonly #prototype = AbstractMessageStream.prototype as Sends
  readonly #send = this.#prototype.send

  constructor() {
    const recorder = this
    const send = this.#send
    this.#prototype.send = function record(this: Sends, data) {
      if (this instanceof AbstractStream) recorder.#chunks.push(Uint8Array.from(data.subarray()))
      return send.call(this, data)
    }
  }

  /** What was sent since the last time, in one. */
  take(): Buffer {
    const taken = Buffer.from(concat(...this.#chunks))
    this.#chunks = []
    return taken
  }

  [Symbol.dispose](): void {
    this.#prototype.send = this.#send
  }
}

describe('audiences', function () {
  this.timeout(120_000)
  let stage: Stage

  before(async () => {
    stage = await Stage.open({
      honest: [],
      hostile: [],
      late: ['partner', 'stranger'],
      lateOffices: { office: 'first' },
      prepare,
    })
  })
  after(() => stage?.close())

  /** Lets the first and the second agency write to each other, and fills the first one's folder. */
  async function prepare(of: Stage, name: string, dir: string): Promise<void> {
    if (of.rosters.length < 3) {
      const { client, ns } = of.member('first')
      const both = [ns, of.member('partner').ns].sort((a, b) => a - b)
      of.sign([{ type: 'grant', client, ns, auds: [0, 1, both], rights: RIGHTS }])
    }
    await withRegistry(dir, async (registry, signer) => {
      for (const roster of of.rosters) await registry.addRoster(roster.bytes)
      if (name === 'first' && registry.totals().commits === 0) await fill(of, registry, signer)
    })
  }

  async function withRegistry(
    dir: string,
    work: (registry: Registry, signer: Signer) => Promise<void>,
  ): Promise<void> {
    const node = await openNode(dir, systemClock, pino({ level: 'silent' }))
    try {
      await work(node.context.store.registry, node.context.signer)
    } finally {
      await node.close()
    }
  }

  async function fill(of: Stage, registry: Registry, signer: Signer): Promise<void> {
    const { client, ns } = of.member('first')
    const write = (aud: 0 | 1, rec: string, value: string): Promise<unknown> =>
      registry.write({ ns, aud, actor: 'x', changes: [{ rec, set: { 'title/en': value } }] })
    await write(1, 'resource/open', PUBLIC)
    await write(0, 'resource/draft', INTERNAL)
    const { fed, version, hash } = of.newest
    const both = [ns, of.member('partner').ns].sort((a, b) => a - b)
    const shared = new HostileLog({ client, ns, signer, fed, roster: [version, hash] }, both)
    const made = shared.next({
      rec: 'resource/asked',
      slots: [{ path: 'title/en', value: SHARED }],
    })
    const [acceptance] = await registry.accept([made.commit])
    expect(acceptance?.outcome.kind).to.equal('in force')
  }

  it('[SY18] shows bytes of a log to nobody outside its audience, on the wire and on the disk, in all three forms', async () => {
    using recorder = new Recorder()
    const stranger = await joined('stranger')
    const toStranger = recorder.take()
    expect(toStranger.includes(PUBLIC)).to.equal(true)
    expect(has(toStranger)).to.deep.equal({ internal: false, shared: false })
    expect(await filesWith(stranger.dir, Buffer.from(PUBLIC))).to.not.deep.equal([])
    expect(await heldBy(stranger)).to.deep.equal({ internal: false, shared: false })
    await stranger.stop()

    recorder.take()
    const partner = await joined('partner')
    await untilHeld(partner, SHARED)
    const toPartner = recorder.take()
    expect(has(toPartner)).to.deep.equal({ internal: false, shared: true })
    expect(await heldBy(partner)).to.deep.equal({ internal: false, shared: true })
    await stage.first.stop()

    recorder.take()
    const again = await stage.start('stranger')
    const made = await makeRecord(partner, 'between the two')
    await untilRecord(again, made)
    expect(has(recorder.take())).to.deep.equal({ internal: false, shared: false })
    expect(await heldBy(again)).to.deep.equal({ internal: false, shared: false })
    await again.stop()
    await partner.stop()
    expect(await heldBy(again)).to.deep.equal({ internal: false, shared: false })
    expect(await heldBy(partner)).to.deep.equal({ internal: false, shared: true })

    await stage.start('first')
    recorder.take()
    const office = await joined('office')
    await untilHeld(office, INTERNAL)
    expect(has(recorder.take())).to.deep.equal({ internal: true, shared: true })
  })

  /** Starts a node and waits until it is level with the first in what both may see. */
  async function joined(name: string): Promise<StageNode> {
    const node = await stage.start(name)
    await untilRecord(node, `${stage.member('first').ns}/resource/open`)
    const first = stage.nodes.filter((each) => each.name === 'first').at(-1)
    await untilAgreed([first ?? stage.first, node])
    return node
  }

  function has(bytes: Buffer): { readonly internal: boolean; readonly shared: boolean } {
    return { internal: bytes.includes(INTERNAL), shared: bytes.includes(SHARED) }
  }

  async function heldBy(
    node: StageNode,
  ): Promise<{ readonly internal: boolean; readonly shared: boolean }> {
    const isHeld = async (value: string): Promise<boolean> =>
      (await filesWith(node.dir, Buffer.from(value))).length > 0
    return { internal: await isHeld(INTERNAL), shared: await isHeld(SHARED) }
  }

  function untilHeld(node: StageNode, value: string): Promise<true> {
    return eventually<true>(`a log for a smaller audience at ${node.name}`, async () =>
      (await filesWith(node.dir, Buffer.from(value))).length > 0 ? true : undefined,
    )
  }
})
