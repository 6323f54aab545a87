import { expect } from 'chai'
import fc from 'fast-check'
import * as encoding from 'lib0/encoding'
import * as Y from 'yjs'
import { encodeBody, readBody, type Slot } from '../../src/commit/body.ts'
import { type Over, overOf } from '../../src/commit/over.ts'
import { concat } from '../../src/encoding/bytes.ts'
import { RecordDocument, type Row } from '../../src/record/document.ts'
import { slotKey } from '../../src/record/path.ts'

const PATHS = ['a', 'b/en', 'c', 'title/zh-Hans']

/** One entry: who writes which paths, what of earlier clocks it supersedes, and if it is void. */
const entry = fc.record({
  client: fc.integer({ min: 1, max: 4 }).map((n) => n * 1_000_003),
  paths: fc.subarray(PATHS, { minLength: 1 }),
  over: fc.array(fc.tuple(fc.nat(3), fc.nat(12)), { maxLength: 6 }),
  isVoid: fc.integer({ max: 4 }).map((n) => n === 0),
})
type GeneratedEntry = typeof entry extends fc.Arbitrary<infer T> ? T : never

/** A record as Yjs itself keeps it: the structs sections and delete sets of its entries. */
class YjsRecord {
  readonly doc: Y.Doc = new Y.Doc({ guid: '' })

  apply(section: Uint8Array, over: Over): void {
    Y.applyUpdate(this.doc, concat(section, deleteSet(over)))
  }

  live(): ReadonlyMap<string, unknown> {
    return new Map(this.doc.getMap('f').entries())
  }
}

function deleteSet(over: Over): Uint8Array {
  const encoder = encoding.createEncoder()
  encoding.writeVarUint(encoder, over.length)
  for (const [client, ranges] of over) {
    encoding.writeVarUint(encoder, client)
    encoding.writeVarUint(encoder, ranges.length)
    for (const part of ranges.flat()) encoding.writeVarUint(encoder, part)
  }
  return encoding.toUint8Array(encoder)
}

function filler(client: number, clock: number, len: number): Uint8Array {
  const encoder = encoding.createEncoder()
  for (const part of [1, 1, client, clock, 0, len]) encoding.writeVarUint(encoder, part)
  return encoding.toUint8Array(encoder)
}

/** Applies entries to both kinds of record. */
function merge(entries: readonly GeneratedEntry[]): readonly [RecordDocument, YjsRecord] {
  let document = RecordDocument.open(undefined)
  const yjs = new YjsRecord()
  for (const [index, { client, paths, over: aims, isVoid }] of entries.entries()) {
    const seq = index + 1
    const clock = document.nextClock(client)
    const len = paths.length
    const slots: Slot[] = [...paths].sort().map((path) => ({ path, value: [seq, '水'] }))
    const section = encodeBody({ client, seq, clock }, slots)
    const read = readBody(section, { client, seq, clock }, len, () => true)
    const over = overOf(aims.flatMap(([n, at]) => reachable(document.rows, n, at)))
    const row: Row = {
      client,
      seq,
      entry: 0,
      clock,
      len,
      cls: 0,
      stamp: [seq, 0],
      over,
      isAbsent: false,
    }
    document.apply(row, isVoid || read === undefined ? undefined : { section, slots: read })
    yjs.apply(isVoid ? filler(client, clock, len) : section, over)
    // Every entry merges into what was stored, as in a node.
    document = RecordDocument.open(document.encode())
  }
  return [document, yjs]
}

/** A clock that was written before. */
function reachable(rows: readonly Row[], n: number, at: number) {
  const row = rows[n % Math.max(rows.length, 1)]
  return row === undefined ? [] : [{ client: row.client, clock: row.clock + (at % row.len) }]
}

describe('record document', () => {
  it('[RD1] holds the live slots that Yjs holds for the same entries', () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 8 }), (entries) => {
        const [document, yjs] = merge(entries)
        const live = document.slots().filter((slot) => slot.live)
        const ours = live.map((s) => [slotKey(s.path, s.client, s.seq), s.value] as const)
        expect(new Map(ours)).to.deep.equal(yjs.live())
      }),
      { numRuns: 500 },
    )
  })

  it('[RD1] is stored as its rows and the bytes that Yjs writes', () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 8 }), (entries) => {
        const [document, yjs] = merge(entries)
        const update = Y.encodeStateAsUpdate(yjs.doc)
        const stored = document.encode()
        expect(stored.subarray(stored.length - update.length)).to.deep.equal(update)
        expect(RecordDocument.open(stored).rows).to.deep.equal(document.rows)
      }),
      { numRuns: 500 },
    )
  })
})
