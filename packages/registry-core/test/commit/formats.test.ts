import { expect } from 'chai'
import fc from 'fast-check'
import { encodeBody, readBody, type Slot } from '../../src/commit/body.ts'
import { bodiesRoot, decodeCommit, encodeCommit } from '../../src/commit/commit.ts'
import { decodeHeader, encodeHeader, type Header, limitBroken } from '../../src/commit/header.ts'
import { overOf, readOver, slotsOf } from '../../src/commit/over.ts'
import { ed25519Key, isAcceptableKey } from '../../src/crypto.ts'
import { concat, fromHex } from '../../src/encoding/bytes.ts'
import { type CborValue, encodeCbor } from '../../src/encoding/cbor.ts'
import { CBOR_DEPTH_MAX, ENTRIES_MAX } from '../../src/limits.ts'
import { testCrypto } from '../../testing/crypto.ts'

const FED = new Uint8Array(33).fill(1)
const PLACE = { client: 3, seq: 7, clock: 2 }

function header(change: Partial<Header> = {}): Header {
  return {
    v: 1,
    fed: FED,
    ns: 1,
    aud: 1,
    writer: 3,
    seq: 2,
    parent: new Uint8Array(33).fill(2),
    roster: [1, FED],
    after: [[4, 1, new Uint8Array(33).fill(3)]],
    stamp: [1_700_000_000_000, 0],
    reset: false,
    actor: 'a',
    type: 0,
    crit: [],
    note: 0,
    entries: [{ rec: 'resource/r1', cls: 0, len: 1, bytes: 30, over: [] }],
    erase: [],
    bodies: bodiesRoot(testCrypto, []),
    ext: {},
    ...change,
  }
}

function laterHeader(): Record<string, CborValue> {
  const { fed, ns, aud, writer, seq, parent, roster, bodies } = header()
  return { v: 2, fed, ns, aud: Number(aud), writer, seq, parent, roster: [...roster], bodies }
}

const slots: readonly Slot[] = [
  { path: 'rights', value: undefined },
  { path: 'theme', value: ['ENVI', null, true, 1.5, { a: 1 }] },
  { path: 'title/en', value: 'Rivers' },
]

/** What the gate lets through, without where it stood. */
function passed(...input: Parameters<typeof readBody>): readonly Slot[] | undefined {
  return readBody(...input)?.map(({ path, value }) => ({ path, value }))
}

describe('signed formats', () => {
  it('[FM1] has one encoding of a header, and reads back what was written', () => {
    const samples = [
      header(),
      header({ aud: [2, 5, 9], reset: true, note: 12, type: 1 }),
      header({ aud: 0, seq: 1, parent: new Uint8Array(), crit: ['x'], ext: { x: FED } }),
      header({ erase: [[7, 2, FED, 3, 'order 5']] }),
    ]
    for (const sample of samples) {
      const bytes = encodeHeader(sample)
      expect(decodeHeader(bytes)).to.deep.equal(sample)
      expect(encodeHeader(decodeHeader(bytes))).to.deep.equal(bytes)
    }
  })

  it('[FM2] refuses header bytes that are cut, altered in form, longer or of unknown keys', () => {
    const bytes = encodeHeader(header())
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeHeader(bytes.subarray(0, length))).to.throw()
    }
    expect(() => decodeHeader(concat(bytes, Uint8Array.of(0)))).to.throw()
    const indefinite = concat(Uint8Array.of(0xbf), bytes.subarray(1), Uint8Array.of(0xff))
    expect(() => decodeHeader(indefinite)).to.throw()
    const unknown = { ...header(), extra: 1 } as unknown as Header
    expect(() => decodeHeader(encodeHeader(unknown))).to.throw(/extra/)
    expect(() => decodeHeader(encodeHeader(header({ seq: 1 })))).to.throw(/parent/)
  })

  it('[FM3] reads of a later version only the position, and names limits that end a log', () => {
    const later = { ...header(), v: 2, extra: 1 } as unknown as Header
    expect(decodeHeader(encodeHeader(later))).to.include({ v: 2, writer: 3, seq: 2 })
    expect(limitBroken(header())).to.equal(undefined)
    const entry = { rec: 'resource/r1', cls: 0, len: 1, bytes: 30, over: [] } as const
    expect(limitBroken(header({ entries: Array(ENTRIES_MAX + 1).fill(entry) }))).to.equal('entries')
    expect(limitBroken(header({ entries: [{ ...entry, len: 1_025 }] }))).to.equal('len')
    expect(limitBroken(header({ entries: [{ ...entry, bytes: 262_145 }] }))).to.equal('bytes')
    expect(limitBroken(header({ aud: [4] }))).to.equal('aud')
  })

  it('[FZ1] refuses what nests deeper than the limit, at whatever depth a stack would end', () => {
    const nested = (depth: number): Uint8Array =>
      encodeCbor({
        ...laterHeader(),
        deep: Array(depth)
          .fill(0)
          .reduce((inner) => [inner], 1),
      })
    expect(decodeHeader(nested(CBOR_DEPTH_MAX - 1))).to.include({ v: 2 })
    for (const depth of [CBOR_DEPTH_MAX, 500]) {
      expect(() => decodeHeader(nested(depth))).to.throw('It nests too deep')
    }
    for (const head of [0x81, 0xa1, 0x9f, 0x9b]) {
      const bytes = new Uint8Array(60_000).fill(head)
      expect(() => decodeHeader(bytes), String(head))
        .to.throw()
        .and.not.instanceOf(RangeError)
    }
  })

  it('[FM4] has one form of what a commit supersedes, whatever the order it was named in', () => {
    const slot = fc.record({ client: fc.integer({ min: 1, max: 4 }), clock: fc.nat(30) })
    fc.assert(
      fc.property(fc.array(slot), fc.integer(), (named, seed) => {
        const turned = [...named].sort((a, b) => ((a.clock * 31 + seed) % 7) - (b.clock % 7))
        expect(overOf(turned)).to.deep.equal(overOf(named))
        expect(readOver(overOf(named))).to.deep.equal(overOf(named))
        const distinct = new Set(named.map((s) => `${s.client}.${s.clock}`))
        expect([...slotsOf(overOf(named))].length).to.equal(distinct.size)
      }),
    )
    expect(() =>
      readOver([
        [
          1,
          [
            [0, 1],
            [1, 1],
          ],
        ],
      ]),
    ).to.throw(/touch/)
    expect(() =>
      readOver([
        [1, [[0, 1]]],
        [2, [[0, 1]]],
      ]),
    ).to.throw(/sorted/)
  })

  it('[FM5] takes a body only if it is the one encoding of plain writings of its commit', () => {
    const body = encodeBody(PLACE, slots)
    expect(passed(body, PLACE, 3, () => true)).to.deep.equal(slots)
    expect(readBody(body, PLACE, 2, () => true)).to.equal(undefined)
    expect(readBody(body, { ...PLACE, clock: 3 }, 3, () => true)).to.equal(undefined)
    expect(readBody(body, { ...PLACE, client: 4 }, 3, () => true)).to.equal(undefined)
    expect(readBody(body, { ...PLACE, seq: 8 }, 3, () => true)).to.equal(undefined)
    expect(readBody(body, PLACE, 3, (path) => path !== 'theme')).to.equal(undefined)
    expect(readBody(concat(body, Uint8Array.of(0)), PLACE, 3, () => true)).to.equal(undefined)
    const twice = encodeBody(PLACE, [slots[0], slots[0]] as readonly Slot[])
    expect(readBody(twice, PLACE, 2, () => true)).to.equal(undefined)
    const turned = encodeBody(PLACE, [slots[1], slots[0], slots[2]] as readonly Slot[])
    expect(readBody(turned, PLACE, 3, () => true)).to.equal(undefined)
    const hostile: readonly unknown[] = [
      Number.NaN,
      Number.POSITIVE_INFINITY,
      [undefined],
      JSON.parse('{"__proto__":1}'),
      { constructor: 1 },
      Array.from({ length: 17 }).reduce((inner) => [inner], 1 as unknown),
    ]
    for (const value of hostile) {
      const bad = encodeBody(PLACE, [{ path: 'title/en', value } as Slot])
      expect(
        readBody(bad, PLACE, 1, () => true),
        String(value),
      ).to.equal(undefined)
    }
    for (const path of ['', 'a//b', 'a/b/c/d/e', 'ä', `${'x'.repeat(65)}`, 'a b']) {
      const bad = encodeBody(PLACE, [{ path, value: 1 }])
      expect(
        readBody(bad, PLACE, 1, () => true),
        path,
      ).to.equal(undefined)
    }
  })

  it('[FM6] gives for mutated bodies either nothing or writings that encode to those bytes', () => {
    const body = encodeBody(PLACE, slots)
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(body.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        (changes) => {
          const copy = Uint8Array.from(body)
          for (const [at, byte] of changes) copy[at] = byte
          const read = readBody(copy, PLACE, 3, () => true)
          if (read !== undefined) expect(encodeBody(PLACE, read)).to.deep.equal(copy)
        },
      ),
      { numRuns: 3_000 },
    )
  })

  it('[FM7] refuses commits in wire form that are cut, altered or of other parts', () => {
    const commit = {
      header: encodeHeader(header()),
      signature: new Uint8Array(64),
      bodies: [new Uint8Array(20), { missing: FED }],
    }
    const bytes = encodeCommit(commit)
    expect(encodeCommit(decodeCommit(bytes))).to.deep.equal(bytes)
    for (let length = 0; length < bytes.length; length += 3) {
      expect(() => decodeCommit(bytes.subarray(0, length)))
        .to.throw()
        .with.property('code', 'MULU_COMMIT_SHAPE')
    }
  })

  it('[FM8] accepts no public key of small order', () => {
    const weak = [
      '0100000000000000000000000000000000000000000000000000000000000000',
      '0100000000000000000000000000000000000000000000000000000000000080',
      'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
      '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85',
    ]
    for (const hex of weak) expect(isAcceptableKey(ed25519Key(fromHex(hex))), hex).to.equal(false)
    expect(isAcceptableKey(new Uint8Array(33).fill(9))).to.equal(false)
  })
})
