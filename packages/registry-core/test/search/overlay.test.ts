import { expect } from 'chai'
import { isMuluError } from '../../src/errors.ts'
import type { OverlayLimits } from '../../src/search/overlay.ts'
import { createChance } from '../../testing/history.ts'
import { Bed, freshIndex, memory, type Then } from '../../testing/index-bed.ts'
import { generateQuery } from '../../testing/views.ts'

const SEEDS = Number(process.env['RUNS'] ?? 3)
const STEPS = 24
const QUERIES = 8
const MOMENTS = 6

async function refusal(asked: Promise<unknown>): Promise<string> {
  const error = await asked.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  return isMuluError(error) ? `${error.code} ${String(error.details['limit'])}` : String(error)
}

describe('the index as it was', () => {
  it('[TT6] answers like a scan of the records of then, in the order of an index made of them', async function () {
    this.timeout(60_000 + SEEDS * 20_000)
    for (let seed = 1; seed <= SEEDS; seed++) {
      const draw = createChance(7_000 + seed)
      const bed = await Bed.open()
      const moments: Then[] = []
      for (let step = 0; step < STEPS; step++) {
        if (step % 2 === 0) moments.push(bed.remember())
        await bed.step(draw)
        const then = moments.at(-1 - draw(Math.min(MOMENTS, moments.length))) as Then
        const like = await freshIndex(then.views)
        for (let i = 0; i < QUERIES; i++) {
          await bed.check(generateQuery(draw), then, like)
          // The overlay that is kept has to follow what is written.
          if (draw(3) === 0) await bed.change(draw, 'done')
        }
      }
    }
  })

  it('[TT7] answers each of several moments that are asked for at once, while records change', async function () {
    this.timeout(60_000)
    const draw = createChance(17)
    const bed = await Bed.open()
    const moments: Then[] = []
    for (let i = 0; i < 6; i++) {
      await bed.change(draw, 'done')
      moments.push(bed.remember())
    }
    for (let round = 0; round < 8; round++) {
      await Promise.all([
        ...moments.map((then) => bed.check(generateQuery(draw), then)),
        bed.laterChange(draw),
        round % 4 === 3 ? bed.rebuild() : bed.laterChange(draw),
      ])
    }
  })

  it('[TT8] refuses a moment since which too much has changed, and says what; others are answered', async () => {
    const limited = async (limits: Partial<OverlayLimits>): Promise<string> => {
      const bed = await Bed.open(memory(), {
        ...{ changed: 30, views: 20, occurrences: 200 },
        ...limits,
      })
      const title = { 'title/en': 'river levels of every gauge' }
      for (let i = 0; i < 12; i++) await bed.put(`r${i}`, title)
      const then = bed.remember()
      for (let i = 0; i < 6; i++) await bed.put(`r${i}`, { 'title/en': 'other' })
      await bed.check({ q: 'river' }, then)
      for (let i = 6; i < 20; i++) await bed.put(`r${i}`, { 'title/en': 'other' })
      const found = await refusal(bed.index.query({ q: 'river' }, then.past))
      await bed.check({ q: 'other' }, bed.remember())
      return found
    }
    expect(await limited({})).to.equal('undefined')
    expect(await limited({ changed: 19 })).to.equal('MULU_AS_OF_TOO_FAR changed')
    expect(await limited({ views: 11 })).to.equal('MULU_AS_OF_TOO_FAR views')
    expect(await limited({ occurrences: 70 })).to.equal('MULU_AS_OF_TOO_FAR occurrences')
  })
})
