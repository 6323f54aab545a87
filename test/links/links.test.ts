import { expect } from 'chai'
import { eventually, scratch } from '../support/mulu.ts'
import { whyNoHosts } from './namespaces.ts'
import { LARGE_BYTES, Offices } from './office.ts'

const RECORDS = 200
/** Enough for what every start of a connection costs to be a small part. */
const MANY_RECORDS = 600
/** In one commit more than 64 kbit/s carry in the 30 s that a silence may last. */
const LARGE_RECORDS = 35
/** In one commit nearly as much as there may be: a minute of 64 kbit/s. */
const HUGE_RECORDS = 56
/** The line is cut each time it has carried this, which takes it about 25 s. */
const CUT_BYTES = 180_000
/** Dial-up, or the share that an office has of a satellite; the round takes 600 ms. */
const SLOW = { kbit: 64, delayMs: 300 }

describe('an office behind a line of its own', function () {
  this.timeout(300_000)
  let place: Awaited<ReturnType<typeof scratch>>
  let offices: Offices | undefined

  before(async function () {
    place = await scratch()
    const why = await whyNoHosts()
    if (why === undefined) offices = await Offices.found(place.dir)
    else {
      process.stdout.write(`    not run: ${why}\n`)
      this.skip()
    }
  })

  afterEach(() => offices?.stop())
  after(async () => {
    await offices?.remove()
    await place?.remove()
  })

  it('[E30] gets level over 64 kbit/s and 600 ms, for no more than 1.3 times the packed commits', async () => {
    if (offices === undefined) return
    await offices.write(MANY_RECORDS, MANY_RECORDS, 'first')
    const packed = await offices.packedBytes(0)
    const before = await offices.office.carried()
    await offices.start(SLOW)
    await offices.untilLevel(120_000)
    const after = await offices.office.carried()
    expect((after.toHost - before.toHost) / packed).to.be.below(1.3)
  })

  it('[E50] says while it catches up how much of what the others have is here, until all is', async () => {
    if (offices === undefined) return
    const line = offices
    await line.write(RECORDS, RECORDS, 'share')
    await line.start(SLOW)
    const { rest } = await eventually('a share', async () => {
      const share = await line.share()
      return share.state === 'behind' ? share : undefined
    })
    expect(rest?.known).to.equal(MANY_RECORDS + RECORDS)
    expect(rest?.here).to.be.within(MANY_RECORDS, MANY_RECORDS + RECORDS - 1)
    await line.untilLevel(120_000)
    expect((await line.share()).state).to.equal('level')
  })

  it('[E40] gets an answer that takes longer than a silence may last', async () => {
    if (offices === undefined) return
    const before = await offices.office.carried()
    await offices.writeLarge(LARGE_RECORDS)
    await offices.start(SLOW)
    await offices.untilLevel(120_000)
    const received = (await offices.office.carried()).toHost - before.toHost
    const packed = LARGE_RECORDS * LARGE_BYTES
    expect(received).to.be.within(packed, 1.3 * packed)
    await offices.stop()
  })

  it('[E51] gets a commit of 0.9 MB although the line is cut before it could come whole', async () => {
    if (offices === undefined) return
    const { office } = offices
    await offices.writeLarge(HUGE_RECORDS)
    const before = (await office.carried()).toHost
    await offices.start(SLOW)
    const line = offices
    let isLevel = false
    const level = line.untilLevel(240_000).finally(() => {
      isLevel = true
    })
    let cuts = 0
    for (let cutAt = before + CUT_BYTES; !isLevel; ) {
      const carried = (await office.carried()).toHost
      if (carried < cutAt) continue
      line.relay?.mend()
      cuts++
      cutAt = carried + CUT_BYTES
    }
    await level
    const received = (await office.carried()).toHost - before
    const packed = HUGE_RECORDS * LARGE_BYTES
    expect(cuts).to.be.at.least(2)
    expect(received).to.be.within(packed, 1.5 * packed)
  })

  it('[E31] goes on after the line was cut in the middle of an answer, and after one that led one way', async () => {
    if (offices === undefined) return
    const { office } = offices
    for (const way of ['both', 'forth', 'back'] as const) {
      await offices.write(RECORDS, RECORDS, way)
      const begun = (await office.carried()).toHost
      await offices.start(SLOW)
      await eventually(
        'some of it',
        async () => (await office.carried()).toHost > begun + 10_000 || undefined,
      )
      const { relay } = offices
      if (relay === undefined) throw new Error('there is no line')
      relay.isCutForth = way !== 'back'
      relay.isCutBack = way !== 'forth'
      const cut = (await office.carried()).fromHost
      await eventually(
        'something that the line swallows',
        async () => (await office.carried()).fromHost > cut || way === 'back' || undefined,
      )
      relay.mend()
      await offices.untilLevel(120_000)
      await offices.stop()
    }
  })
})
