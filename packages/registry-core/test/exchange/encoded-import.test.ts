import { expect } from 'chai'
import { encodeBody, type Slot } from '../../src/commit/body.ts'
import { encodeSlots, slotValue, writeSaltedSlots } from '../../src/commit/encoded-slot.ts'
import { ByteWriter } from '../../src/encoding/byte-writer.ts'
import { concat } from '../../src/encoding/bytes.ts'
import { isMuluError } from '../../src/errors.ts'
import type { Candidate } from '../../src/exchange/candidate.ts'
import { memoryOf, recordSlots, type SlotTable } from '../../src/exchange/slot-table.ts'
import type { Change, EncodedChange, Registry } from '../../src/registry.ts'
import { openReplica, TestFederation } from '../../testing/federation.ts'
import {
  CN_PORTALS_FEED,
  DCAT_US_FEEDS,
  partOf,
  readWhole,
  sampleText,
  sha256,
} from './sample-feed.ts'

const ODD: Candidate = {
  kind: 'resource',
  local: 'odd',
  identifier: 'odd',
  fields: {
    'x/10': -0,
    'x/9': [1.5, 2 ** 40, -70, 1e300, [], {}],
    'x/a': { b: '水位站 \u{1f30a}', B: null, 2: true, 10: [false] },
    [`x/${'n'.repeat(64)}/${'n'.repeat(64)}/${'n'.repeat(64)}`]: 'y'.repeat(16_000),
    'title/en': '',
  },
}

/** All samples, some records of each, and one that has everything else. */
function candidates(): readonly Candidate[] {
  const read = [...DCAT_US_FEEDS, CN_PORTALS_FEED].map((name) =>
    readWhole(sampleText(name), 'auto', { hash: sha256 }),
  )
  return [...read.flatMap((feed) => feed.candidates.slice(0, 60)), ODD]
}

function asValues(all: readonly Candidate[]): readonly Change[] {
  return all.map(({ kind, local, fields }) => ({ rec: `${kind}/${local}`, set: fields }))
}

function asSlots(all: readonly Candidate[]): readonly EncodedChange[] {
  const { records, slots } = partOf(all)
  return records.map(({ kind, local }, i) => ({
    rec: `${kind}/${local}`,
    slots: () => recordSlots(slots, i),
  }))
}

const federation = TestFederation.found([
  { seed: 1, agency: 'A' },
  { seed: 2, agency: 'A', office: 'o', rights: ['describe'] },
])

type Writer = { readonly client: number; readonly seed: number }

/** The bytes of the commits that a replica writes of some changes, with its salts and its clock. */
async function commitsOf(
  changes: readonly (Change | EncodedChange)[],
): Promise<readonly Uint8Array[]> {
  const { registry } = await openReplica(federation, { client: 1, seed: 1 })
  await write(registry, changes)
  const { commits } = await registry.readLog({ ns: 1, aud: 1, writer: 1 }, 1, 2 ** 30)
  await registry.close()
  return commits
}

async function write(
  registry: Registry,
  changes: readonly (Change | EncodedChange)[],
): Promise<void> {
  await registry.write({ ns: 1, aud: 1, actor: 't', note: { reason: 'import' }, changes })
}

async function refusalOf(
  author: Writer,
  changes: readonly (Change | EncodedChange)[],
): Promise<unknown> {
  const { registry } = await openReplica(federation, author)
  const refused = await write(registry, changes).then(
    () => undefined,
    (error: unknown) => (isMuluError(error) ? [error.code, error.details] : error),
  )
  await registry.close()
  return refused
}

describe('what a feed has of new records', () => {
  it('[EX22] becomes the same commits, byte for byte, from slots as from values', async () => {
    const all = candidates()
    const fromSlots = await commitsOf(asSlots(all))
    expect(fromSlots.length).to.be.greaterThan(2)
    expect(fromSlots).to.deep.equal(await commitsOf(asValues(all)))
  })

  it('[EX22] supersedes in slots what a record has, where it is here by then', async () => {
    const all = candidates().slice(0, 9)
    const before = asValues(all.map((candidate) => ({ ...candidate, fields: { 'title/en': 'T' } })))
    const fromSlots = await commitsOf([...before, ...asSlots(all)])
    expect(fromSlots).to.deep.equal(await commitsOf([...before, ...asValues(all)]))
  })

  it('[EX22] is refused by id and right as values are', async () => {
    const [first] = asSlots(candidates())
    const bad = [{ slots: first?.slots ?? (() => []), rec: 'resource/a/b' }]
    expect(await refusalOf({ client: 1, seed: 1 }, bad)).to.deep.equal([
      'MULU_RECORD_ID',
      { id: 'resource/a/b' },
    ])
    const legal = [{ ...ODD, fields: { 'title/en': 'T', sharing: { type: 'unconditional' } } }]
    const office = { client: 2, seed: 2 }
    const details = { rec: 'resource/odd', path: 'sharing', right: 'classify' }
    for (const changes of [asSlots(legal), asValues(legal)]) {
      expect(await refusalOf(office, changes)).to.deep.equal(['MULU_RIGHT_MISSING', details])
    }
  })

  it('[EX22] stands in a table that another thread gets without a copy', () => {
    const { slots } = partOf(candidates())
    const expected = recordSlots(slots, 3).map((slot) => [slot.path, slotValue(slot)])
    const moved: SlotTable = structuredClone(slots, { transfer: [...memoryOf(slots)] })
    expect(slots.values.length).to.equal(0)
    expect(recordSlots(moved, 3).map((slot) => [slot.path, slotValue(slot)])).to.deep.equal(
      expected,
    )
  })
})

describe('an encoded slot', () => {
  it('[FM9] stands in a body as its value does', () => {
    const place = { client: 4_000_000_000, seq: 130, clock: 7 }
    const slots: readonly Slot[] = [
      { path: 'a', value: undefined },
      ...Object.entries(ODD.fields)
        .map(([path, value]) => ({ path, value }))
        .sort((a, b) => (a.path < b.path ? -1 : 1)),
    ]
    const salt = new Uint8Array(16).fill(9)
    const writer = new ByteWriter()
    writeSaltedSlots(writer, salt, place, encodeSlots(slots))
    expect(writer.copy()).to.deep.equal(concat(salt, encodeBody(place, slots)))
  })
})
