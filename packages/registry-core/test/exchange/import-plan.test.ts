import { expect } from 'chai'
import { slotValue } from '../../src/commit/encoded-slot.ts'
import type { JsonValue } from '../../src/encoding/json.ts'
import type { Candidate, Fields } from '../../src/exchange/candidate.ts'
import { type ImportPlan, planImport } from '../../src/exchange/import-plan.ts'
import { CN_GOV_PROFILE } from '../../src/profile/cn-gov.ts'
import { CN_PORTALS_FEED, partOf, readWhole, sampleText, sha256 } from './sample-feed.ts'

/** A registry that holds records and baselines in memory and carries plans out. */
class Bench {
  readonly records = new Map<string, Fields>()
  readonly baselines = new Map<string, string>()
  classify = true

  plan(candidates: readonly Candidate[]): ImportPlan {
    const recs = candidates.map(({ kind, local }) => `${kind}/${local}`)
    return planImport({
      profile: CN_GOV_PROFILE,
      part: partOf(candidates),
      current: recs.map((rec) => {
        const fields = this.records.get(rec)
        return fields === undefined ? undefined : { fields }
      }),
      baselines: recs.map((rec) => this.baselines.get(rec)),
      rights: { classify: this.classify },
    })
  }

  run(candidates: readonly Candidate[]): ImportPlan {
    const plan = this.plan(candidates)
    for (const { rec, set, remove } of changesOf(plan)) {
      const fields = { ...this.records.get(rec), ...set }
      for (const path of remove) delete fields[path]
      this.records.set(rec, fields)
    }
    for (const [rec, baseline] of plan.nextBaselines) this.baselines.set(rec, baseline)
    return plan
  }

  edit(fields: Fields): void {
    this.records.set('resource/a', { ...this.records.get('resource/a'), ...fields })
  }
}

const FIELDS: Fields = {
  'title/en': 'Water',
  rights: null,
  sharing: { type: 'conditional', condition: 'on request' },
}

function feed(fields: Record<string, JsonValue>, local = 'a'): readonly Candidate[] {
  return [{ kind: 'resource', local, identifier: local, fields }]
}

type Changed = { readonly rec: string; readonly set: Fields; readonly remove: readonly string[] }

/** What a plan changes, in whichever of the two forms it says so. */
function changesOf({ changes }: ImportPlan): readonly Changed[] {
  return changes.map((change) => {
    if (!('slots' in change)) return { set: {}, remove: [], ...change }
    const entries = change.slots().map((slot) => [slot.path, slotValue(slot) ?? null] as const)
    return { rec: change.rec, set: Object.fromEntries(entries), remove: [] }
  })
}

/** The same for the one record of these tests. */
function changeOf(plan: ImportPlan): Omit<Changed, 'rec'> | undefined {
  expect(plan.changes.length).to.be.lessThan(2)
  const [change] = changesOf(plan)
  return change && { set: change.set, remove: change.remove }
}

describe('planning an import', () => {
  it('[EX16] makes new records whole and plans nothing for the same feed again', () => {
    const { candidates } = readWhole(sampleText(CN_PORTALS_FEED), 'auto', { hash: sha256 })
    const bench = new Bench()
    const first = bench.run(candidates)
    expect(first.changes).to.have.lengthOf(469)
    expect(first.added).to.equal(469)
    expect(first.changes.every((change) => 'slots' in change)).to.equal(true)
    const second = bench.run(candidates)
    expect(second.changes).to.deep.equal([])
    expect(second).to.deep.include({ added: 0, unchanged: 469, notes: [] })
    bench.baselines.clear()
    expect(bench.run(candidates).changes).to.deep.equal([])
  })

  it('[EX16] plans nothing again for a writer without the right to classify', () => {
    const bench = new Bench()
    bench.classify = false
    const first = bench.run(feed(FIELDS))
    expect(changeOf(first)).to.deep.equal({
      set: { 'title/en': 'Water', rights: null },
      remove: [],
    })
    expect(first.notes).to.deep.equal([{ code: 'MULU_IMPORT_NEEDS_CLASSIFY', count: 1 }])
    expect(bench.run(feed(FIELDS)).changes).to.deep.equal([])
  })

  it('[EX17] writes only what the feed changed since its last run', () => {
    const bench = new Bench()
    bench.run(feed(FIELDS))
    bench.edit({ 'title/en': 'Edited here', 'description/en': 'Added here' })
    expect(bench.run(feed(FIELDS)).changes).to.deep.equal([])
    const plan = bench.run(feed({ ...FIELDS, rights: 'All' }))
    expect(changeOf(plan)).to.deep.equal({ set: { rights: 'All' }, remove: [] })
    expect(bench.records.get('resource/a')).to.deep.include({ 'title/en': 'Edited here' })
  })

  it('[EX17] without a last run writes what differs from the record', () => {
    const bench = new Bench()
    bench.records.set('resource/a', { ...FIELDS, 'title/en': 'Old', 'description/en': 'Kept' })
    expect(changeOf(bench.run(feed(FIELDS)))).to.deep.equal({
      set: { 'title/en': 'Water' },
      remove: [],
    })
  })

  it('[EX17] does not write a change that the record has already', () => {
    const bench = new Bench()
    bench.run(feed(FIELDS))
    bench.edit({ rights: 'All' })
    expect(bench.run(feed({ ...FIELDS, rights: 'All' })).changes).to.deep.equal([])
  })

  it('[EX18] removes a path that left the feed, once', () => {
    const bench = new Bench()
    bench.run(feed(FIELDS))
    const { rights: _, ...rest } = FIELDS
    expect(changeOf(bench.run(feed(rest)))).to.deep.equal({ set: {}, remove: ['rights'] })
    expect(bench.run(feed(rest)).changes).to.deep.equal([])
  })

  it('[EX18] keeps a path that people added and the feed never had', () => {
    const bench = new Bench()
    bench.run(feed(FIELDS))
    bench.edit({ 'description/en': 'Added here' })
    const { rights: _, ...rest } = FIELDS
    expect(changeOf(bench.run(feed(rest)))?.remove).to.deep.equal(['rights'])
  })

  it('[EX19] never loosens a field with legal effect, and tightens it', () => {
    const bench = new Bench()
    bench.run(feed(FIELDS))
    const open = feed({ ...FIELDS, sharing: { type: 'unconditional' } })
    const plan = bench.run(open)
    expect(plan.changes).to.deep.equal([])
    expect(plan.notes).to.deep.equal([{ code: 'MULU_IMPORT_WOULD_LOOSEN', count: 1 }])
    expect(bench.run(open).notes).to.deep.equal(plan.notes)
    const closed = { type: 'none', condition: 'secret' }
    expect(changeOf(bench.run(feed({ ...FIELDS, sharing: closed })))).to.deep.equal({
      set: { sharing: closed },
      remove: [],
    })
  })

  it('[EX19] does not set again what people removed from a record, which is the strictest', () => {
    const bench = new Bench()
    bench.run(feed(FIELDS))
    bench.records.set('resource/a', { 'title/en': 'Water', rights: null })
    const changed = { type: 'conditional', condition: 'other' }
    const plan = bench.run(feed({ ...FIELDS, sharing: changed }))
    expect(plan.changes).to.deep.equal([])
    expect(plan.notes).to.deep.equal([{ code: 'MULU_IMPORT_WOULD_LOOSEN', count: 1 }])
  })

  it('[EX19] holds back removing a field with legal effect without the right to classify', () => {
    const bench = new Bench()
    bench.run(feed(FIELDS))
    const { sharing: _, ...rest } = FIELDS
    bench.classify = false
    expect(bench.run(feed(rest)).changes).to.deep.equal([])
    bench.classify = true
    expect(changeOf(bench.run(feed(rest)))?.remove).to.deep.equal(['sharing'])
  })
})
