import { expect } from 'chai'
import fc from 'fast-check'
import { hashToText } from '../../src/crypto.ts'
import { COMMIT_BYTES_MAX } from '../../src/limits.ts'
import type { Frame, Part } from '../../src/sync/frame.ts'
import { asked, FIRST_PULL, measured } from '../../src/sync/pull-size.ts'
import { stepRequester } from '../../src/sync/requester.ts'
import { partSum } from '../../src/sync/requester-parts.ts'
import { stepResponder } from '../../src/sync/responder.ts'
import {
  PULL_BYTES_FIRST,
  PULL_BYTES_MAX,
  PULL_BYTES_MIN,
  RESTARTS_MAX,
} from '../../src/sync/sync-limits.ts'
import { testCrypto } from '../../testing/crypto.ts'
import { Link, type Machines, Participant, settle, type Wire } from '../../testing/exchange.ts'
import { openReplica, TestFederation } from '../../testing/federation.ts'

const APPLICANTS = [
  { seed: 1, agency: 'A' },
  { seed: 2, agency: 'B' },
] as const
const LOG = { ns: 1, aud: 1, writer: 1 } as const

/** Two members; the first has a commit of half a megabyte, and one after it. */
async function openTwo(records = 30): Promise<readonly [Participant, Participant]> {
  const federation = TestFederation.found(APPLICANTS)
  const replicas = await Promise.all(
    [1, 2].map((seed) => openReplica(federation, { client: seed, seed })),
  )
  const [a, b] = replicas.map(({ registry }, i) => new Participant(registry, i + 1))
  if (a === undefined || b === undefined) throw new Error('there are two')
  const changes = Array.from({ length: records }, (_, i) => ({
    rec: `resource/r${i}`,
    set: { 'title/en': `Title ${i}`, 'rights/en': `${i} `.repeat(5_400) },
  }))
  await a.registry.write({ ns: 1, aud: 1, actor: 'a', changes })
  const small = [{ rec: 'resource/small', set: { 'title/en': 'Small' } }]
  await a.registry.write({ ns: 1, aud: 1, actor: 'a', changes: small })
  return [a, b]
}

function partsOf(...links: readonly Link[]): readonly Part[] {
  return links.flatMap(({ frames }) =>
    frames.flatMap(({ frame }) => (frame.t === 'part' ? [frame] : [])),
  )
}

async function lengthOf({ registry }: Participant): Promise<number> {
  const { commits } = await registry.readLog(LOG, 1, 1)
  return commits[0]?.length ?? 0
}

/** Does what there is to do until something has come to pass. */
async function until(link: Link, isDone: () => boolean): Promise<void> {
  while (!isDone()) {
    const queue = [link.queues.requester, link.queues.responder].find(({ length }) => length > 0)
    const work = queue?.shift()
    if (work === undefined) throw new Error('the exchange has come to rest')
    await work()
  }
}

async function expectEqual(a: Participant, b: Participant): Promise<void> {
  const digests = await Promise.all([a, b].map(({ registry }) => registry.catalogueDigest()))
  expect(hashToText(digests[1] ?? never())).to.equal(hashToText(digests[0] ?? never()))
}

/** What a link still owes its requester: the answer that is read off it is given to the test. */
async function firstPart(link: Link): Promise<Part> {
  await until(link, () => partsOf(link).length > 0)
  link.queues.requester.length = 0
  return partsOf(link)[0] ?? never()
}

describe('commits in parts', function () {
  this.timeout(20_000)

  it('[SY31] goes on at the byte where the exchange before was cut, and pulls none twice', async () => {
    const [a, b] = await openTwo()
    const length = await lengthOf(a)
    const first = new Link(b, a)
    await until(first, () => (first.asking.begun?.bytes ?? 0) > PULL_BYTES_FIRST)
    first.cut()
    const got = first.asking.begun?.bytes ?? 0
    expect(got).to.be.within(1, length - 1)
    const second = new Link(b, a)
    await settle([second])
    const [next] = partsOf(second)
    expect(next).to.include({ at: got, length })
    const sent = partsOf(first, second).reduce((sum, { bytes }) => sum + bytes.length, 0)
    expect(sent).to.equal(length)
    expect(second.asking).to.include({ phase: 'level', begun: undefined })
    await expectEqual(a, b)
  })

  it('[SY31] comes to the same with parts of any size, however often it is cut', async () => {
    const [a] = await openTwo(3)
    const federation = TestFederation.found(APPLICANTS)
    const cuts = fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 12 })
    await fc.assert(
      fc.asyncProperty(cuts, fc.integer({ min: 700, max: 40_000 }), async (steps, size) => {
        const { registry } = await openReplica(federation, { client: 2, seed: 2 })
        const b = new Participant(registry, 2)
        b.machines = withSize(size)
        for (const count of steps) {
          const link = new Link(b, a)
          let left = count
          await until(link, () => left-- === 0).catch(() => undefined)
          link.cut()
        }
        await settle([new Link(b, a)])
        await expectEqual(a, b)
      }),
      { numRuns: 20 },
    )
  })

  it('[SY31] leaves a commit that has begun to come for a log of a nearer region', async () => {
    const [a, b] = await openTwo()
    const link = new Link(b, a)
    b.priority = ({ writer }) => writer
    await until(link, () => link.asking.begun !== undefined)
    const wanted = link.asking.pull?.want ?? never()
    const near = { ...wanted.head, log: { ...LOG, writer: 0 } }
    const text = '1/1/0'
    link.asking = { ...link.asking, wants: [{ ...wanted, head: near, text }] }
    const parts = partsOf(link).length
    await until(link, () => partsOf(link).length > parts)
    await until(link, () => link.asking.pull?.want.text === text)
    expect(link.asking.begun?.text).to.equal('1/1/1')
  })

  it('[SY32] asks for as much as the line carried in four seconds, a slow one never for more', async () => {
    const [a, b] = await openTwo()
    const slow: Wire = (frame) => {
      b.nowMs += 300 + frame.length / 8
      return { copies: [frame], overtakes: false }
    }
    const link = new Link(b, a, slow)
    await settle([link])
    const [, ...later] = partsOf(link).map(({ bytes }) => bytes.length)
    expect(later.length).to.be.above(5)
    for (const bytes of later.slice(0, -1)) expect(bytes).to.be.within(16_000, 32_000)
    await expectEqual(a, b)
  })

  it('[SY32] learns from answers: more after quick full ones, less after slow ones, nothing from short ones', () => {
    const first = asked(FIRST_PULL, 1_000)
    expect(measured(first, 65_000, 1_010).next).to.equal(4 * PULL_BYTES_FIRST)
    expect(measured(first, 65_000, 9_000).next).to.equal(32_500)
    expect(measured(first, 500, 1_700).next).to.equal(PULL_BYTES_FIRST)
    expect(measured(first, 500, 61_000).next).to.equal(PULL_BYTES_MIN)
    const full = asked({ ...FIRST_PULL, next: PULL_BYTES_MAX }, 0)
    expect(measured(full, PULL_BYTES_MAX, 1).next).to.equal(PULL_BYTES_MAX)
  })

  it('[SY33] refuses parts that do not follow, are longer or shorter than asked, or of no commit', async () => {
    const [a, b] = await openTwo()
    const bad: readonly ((part: Part) => Part)[] = [
      (part) => ({ ...part, at: 1 }),
      (part) => ({ ...part, bytes: part.bytes.subarray(1) }),
      (part) => ({ ...part, bytes: new Uint8Array(part.bytes.length + 1) }),
      (part) => ({ ...part, length: COMMIT_BYTES_MAX + 1 }),
      (part) => ({ ...part, at: part.length, bytes: new Uint8Array(1) }),
    ]
    for (const [index, change] of bad.entries()) {
      b.left.clear()
      const link = new Link(b, a)
      const part = await firstPart(link)
      link.ask({ type: 'frame', frame: change(part) })
      expect(blamesOf(link), `part ${index}`).to.deep.equal(['MULU_SYNC_PART'])
      expect(link.asking).to.include({ phase: 'closed', begun: undefined })
      link.cut()
    }
    await settle([new Link(b, a)])
    await expectEqual(a, b)
  })

  it('[SY33] drops a commit whose parts are not what their hash says, and keeps nothing of it', async () => {
    const [a, b] = await openTwo()
    const link = new Link(b, a)
    a.machines = {
      stepRequester,
      stepResponder: (...args) => {
        const [state, effects] = stepResponder(...args)
        return [state, effects.map((effect) => withFrame(effect, alterEnd))]
      },
    }
    await settle([link])
    expect(blamesOf(link)).to.deep.equal(['MULU_SYNC_PART'])
    expect(link.asking).to.include({ phase: 'closed', begun: undefined })
    expect(b.registry.totals().commits).to.equal(0)
    a.machines = { stepRequester, stepResponder }
    await settle([new Link(b, a)])
    await expectEqual(a, b)
  })

  it('[SY33] takes a part only where it waits for an answer to a pull', async () => {
    const [a, b] = await openTwo()
    const link = new Link(b, a)
    await settle([link])
    const part = partsOf(link)[0] ?? never()
    link.ask({ type: 'frame', frame: part })
    expect(blamesOf(link)).to.deep.equal(['MULU_SYNC_ORDER'])
  })

  it('[SY34] exchanges whole commits with a peer that speaks version 1 only, on either side', async () => {
    const old: Machines = {
      stepRequester: (context, state, event) => {
        const [next, effects] = stepRequester(context, state, event)
        return [next, effects.map((effect) => withFrame(effect, helloOfVersion1))]
      },
      stepResponder: (context, state, event) =>
        stepResponder(
          context,
          state,
          event.type === 'frame' ? { ...event, frame: helloOfVersion1(event.frame) } : event,
        ),
    }
    for (const isAnswering of [true, false]) {
      const [a, b] = await openTwo()
      ;(isAnswering ? a : b).machines = old
      const link = new Link(b, a)
      await settle([link])
      const kinds = new Set(link.frames.map(({ frame }) => frame.t))
      expect([kinds.has('pull'), kinds.has('part-pull'), kinds.has('part')]).to.deep.equal([
        true,
        false,
        false,
      ])
      await expectEqual(a, b)
    }
  })

  it('[SY35] begins anew with a commit that has another form at the peer by now', async () => {
    const [a, b] = await openTwo()
    const first = new Link(b, a)
    await until(first, () => first.asking.begun !== undefined)
    first.cut()
    const begun = first.asking.begun ?? never()
    const sum = partSum(testCrypto, Uint8Array.of(1))
    b.left.set(a.client, { begun: { ...begun, sum }, size: first.asking.size })
    const second = new Link(b, a)
    await settle([second])
    expect(partsOf(second)[0]).to.include({ at: 0, length: begun.length })
    expect(second.asking.phase).to.equal('level')
    await expectEqual(a, b)
  })

  it('[SY35] refuses a peer that gives a commit one form after another', async () => {
    const [a, b] = await openTwo()
    const link = new Link(b, a)
    const part = await firstPart(link)
    link.ask({ type: 'frame', frame: part })
    const other = (n: number): Part => ({ ...part, sum: partSum(testCrypto, Uint8Array.of(n)) })
    const resized = (n: number): Part => {
      // The line is slow, so that no part is a whole commit.
      b.nowMs += 20_000
      const { asked: max } = link.asking.size
      return { ...other(n), length: 900_000, bytes: new Uint8Array(Math.min(max, 900_000)) }
    }
    for (let n = 1; n <= RESTARTS_MAX; n++) {
      link.ask({ type: 'frame', frame: resized(n) })
      expect(link.asking.begun).to.include({ length: 900_000 })
    }
    link.ask({ type: 'frame', frame: resized(RESTARTS_MAX + 1) })
    expect(blamesOf(link)).to.deep.equal(['MULU_SYNC_PART'])
    expect(link.asking).to.include({ phase: 'closed', begun: undefined })
  })
})

function withSize(next: number): Machines {
  return {
    stepResponder,
    stepRequester: (context, state, event) =>
      stepRequester(context, { ...state, size: { ...state.size, next } }, event),
  }
}

function blamesOf(link: Link): readonly string[] {
  return link.effects.flatMap((effect) => (effect.type === 'blame' ? [effect.code] : []))
}

function withFrame<E>(effect: E, change: (frame: Frame) => Frame): E {
  const { frame } = effect as { readonly frame?: Frame }
  return frame === undefined ? effect : { ...effect, frame: change(frame) }
}

/** Damages the last byte of the last part. */
function alterEnd(frame: Frame): Frame {
  if (frame.t !== 'part' || frame.at + frame.bytes.length < frame.length) return frame
  const bytes = Uint8Array.from(frame.bytes)
  bytes[bytes.length - 1] = (bytes[bytes.length - 1] ?? 0) ^ 1
  return { ...frame, bytes }
}

function helloOfVersion1(frame: Frame): Frame {
  return frame.t === 'hello' ? { ...frame, versions: [1] } : frame
}

function never(): never {
  throw new Error('there is none')
}
