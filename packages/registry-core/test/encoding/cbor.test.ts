import { decode, encode, rfc8949EncodeOptions } from 'cborg'
import { expect } from 'chai'
import fc from 'fast-check'
import { decodeCbor, encodeCbor } from '../../src/encoding/cbor.ts'
import { CBOR_DEPTH_MAX } from '../../src/limits.ts'

const key = fc.string({ unit: 'binary', maxLength: 30 }).filter((text) => text !== '__proto__')
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    fc.oneof(fc.maxSafeInteger(), fc.nat(30), fc.boolean(), fc.constant(null)),
    fc.oneof(fc.string({ unit: 'binary' }), fc.string({ maxLength: 80 }), fc.uint8Array()),
    fc.array(tie('tree'), { maxLength: 30 }),
    fc.dictionary(key, tie('tree'), { maxKeys: 30 }),
  ),
}))

/** What encoding again says: the value, or undefined for bytes that are not its one encoding. */
function byEncodingAgain(bytes: Uint8Array): unknown {
  try {
    const value: unknown = decode(bytes, { strict: true, rejectDuplicateMapKeys: true })
    const again = encode(value, { ...rfc8949EncodeOptions, ignoreUndefinedProperties: true })
    return Buffer.from(again).equals(bytes) && isPlain(value) ? { value } : undefined
  } catch {
    return undefined
  }
}

/** Our formats have no floats, no numbers that are not exact, and nothing undefined. */
function isPlain(value: unknown): boolean {
  if (typeof value === 'number') return Number.isSafeInteger(value)
  if (Array.isArray(value)) return value.every(isPlain)
  if (value instanceof Uint8Array || value === null) return true
  if (typeof value === 'object') return Object.values(value).every(isPlain)
  return typeof value === 'string' || typeof value === 'boolean'
}

function byReading(bytes: Uint8Array): unknown {
  try {
    return { value: decodeCbor(bytes) }
  } catch {
    return undefined
  }
}

describe('CBOR', () => {
  it('[FM11] is written as cborg writes it, and read again', () => {
    const values = fc.oneof(tree, fc.record({ left: tree, out: fc.constant(undefined) }))
    fc.assert(
      fc.property(values, (value) => {
        const bytes = encodeCbor(value as never)
        const wanted = encode(value, { ...rfc8949EncodeOptions, ignoreUndefinedProperties: true })
        expect(Buffer.from(bytes).toString('hex')).to.equal(Buffer.from(wanted).toString('hex'))
        expect(decodeCbor(bytes)).to.deep.equal(decode(bytes))
      }),
    )
  })

  it('[FM11] takes the same bytes as decoding and encoding again', () => {
    const change = fc.record({ at: fc.nat(), by: fc.integer({ min: 0, max: 255 }) })
    const changes = fc.array(change, { minLength: 1, maxLength: 3 })
    fc.assert(
      fc.property(tree, changes, fc.boolean(), (value, some, isCut) => {
        const bytes = encodeCbor(value as never)
        for (const { at, by } of some) bytes[at % bytes.length] = by
        const given = isCut ? bytes.subarray(0, (some[0]?.at ?? 0) % bytes.length) : bytes
        expect(byReading(given)).to.deep.equal(byEncodingAgain(given))
      }),
      { numRuns: 3_000 },
    )
  })

  it('[FM12] gives plain bytes in memory of their own, also out of a Buffer', () => {
    const given = Buffer.from(encodeCbor(Uint8Array.of(1, 2, 3)))
    const read = decodeCbor(given) as Uint8Array
    given.fill(0)
    expect(Object.getPrototypeOf(read)).to.equal(Uint8Array.prototype)
    expect([...read]).to.deep.equal([1, 2, 3])
  })

  const refused: readonly (readonly [name: string, bytes: readonly number[]])[] = [
    ['nothing', []],
    ['bytes after the value', [0x01, 0x01]],
    ['a number with spare bytes', [0x18, 0x17]],
    ['a number of eight bytes that fits four', [0x1b, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff]],
    ['a number beyond what is exact', [0x1b, 0x00, 0x20, 0, 0, 0, 0, 0, 0]],
    ['a negative number beyond what is exact', [0x3b, 0x00, 0x1f, ...Array(6).fill(0xff)]],
    ['an indefinite length', [0x9f, 0x01, 0xff]],
    ['a tag', [0xc0, 0x01]],
    ['a float', [0xf9, 0x3c, 0x00]],
    ['undefined', [0xf7]],
    ['a text that is no UTF-8', [0x61, 0xff]],
    ['keys in disorder', [0xa2, 0x61, 0x62, 0x01, 0x61, 0x61, 0x01]],
    ['a key twice', [0xa2, 0x61, 0x61, 0x01, 0x61, 0x61, 0x01]],
    ['a key that is no text', [0xa1, 0x01, 0x01]],
    ['a key that changes what an object is', [0xa1, 0x69, ...Buffer.from('__proto__'), 0xa0]],
    ['bytes that end early', [0x44, 0x01]],
    ['an array that ends early', [0x9a, 0xff, 0xff, 0xff, 0xff]],
  ]
  for (const [name, bytes] of refused) {
    it(`[FM11] refuses ${name}`, () => {
      expect(() => decodeCbor(Uint8Array.from(bytes))).to.throw(Error)
    })
  }

  it('[FM11] takes what nests as deep as it may, and no deeper', () => {
    const nested = (depth: number): Uint8Array => Uint8Array.of(...Array(depth).fill(0x81), 0x80)
    expect(decodeCbor(nested(CBOR_DEPTH_MAX))).to.be.an('array')
    expect(() => decodeCbor(nested(CBOR_DEPTH_MAX + 1))).to.throw(/too deep/)
    expect(() => decodeCbor(new Uint8Array(100_000).fill(0x81))).to.throw(/too deep/)
  })
})
