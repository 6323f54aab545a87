import { expect } from 'chai'
import fc from 'fast-check'
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import { StrictReader, writeValue } from '../../src/commit/any-encoding.ts'
import { isSlotValue, type SlotValue } from '../../src/commit/any-value.ts'
import { ByteWriter } from '../../src/encoding/byte-writer.ts'
import { equalBytes, fromHex, utf8Length } from '../../src/encoding/bytes.ts'
import { jsonLength } from '../../src/encoding/json.ts'

const number = fc.oneof(
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.float({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(0, -0, 63, 64, -64, 8_191, 8_192, 2 ** 31 - 1, -(2 ** 31), 2 ** 53, 1.1, 0.5),
)
const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 40 }), fc.string({ maxLength: 200 }))
const key = fc.oneof(fc.string({ unit: 'binary', maxLength: 6 }), fc.constantFrom('10', '9', ''))
const value: fc.Arbitrary<SlotValue> = fc
  .letrec<{ json: unknown }>((tie) => ({
    json: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom(null, true, false),
      number,
      text,
      fc.array(tie('json'), { maxLength: 4 }),
      fc.dictionary(key, tie('json'), { maxKeys: 4, noNullPrototype: true }),
    ),
  }))
  .json.filter((each): each is SlotValue => isSlotValue(each))

function written(each: SlotValue): Uint8Array {
  const writer = new ByteWriter(1)
  writeValue(writer, each)
  return writer.copy()
}

function read(bytes: Uint8Array): { readonly value: SlotValue } | undefined {
  try {
    const reader = new StrictReader(bytes)
    const found = reader.value()
    return reader.isAtEnd ? { value: found } : undefined
  } catch {
    // Not being the one form of a value is an answer here.
    return undefined
  }
}

function readByLib0(bytes: Uint8Array): unknown {
  const decoder = decoding.createDecoder(bytes)
  const found: unknown = decoding.readAny(decoder)
  if (decoder.pos !== bytes.length) throw new Error('more bytes')
  return found
}

/** The same value with minus zero as zero. */
function plain(each: unknown): unknown {
  return JSON.parse(JSON.stringify(each))
}

describe('values in bodies', () => {
  it('[FM10] counts the bytes that a value has as JSON', () => {
    fc.assert(
      fc.property(value, (each) => {
        if (each === undefined) return
        expect(jsonLength(each)).to.equal(utf8Length(JSON.stringify(each)))
      }),
      { numRuns: 2_000 },
    )
  })

  it('[FM9] reads back what was written, and lib0 reads the same', () => {
    fc.assert(
      fc.property(value, (each) => {
        const bytes = written(each)
        if (each === undefined) return
        expect(read(bytes)?.value).to.deep.equal(plain(each))
        expect(plain(readByLib0(bytes))).to.deep.equal(plain(each))
      }),
      { numRuns: 1_000 },
    )
    expect(read(written(undefined))).to.deep.equal({ value: undefined })
  })

  it('[FM9] writes byte for byte what lib0 writes where keys ascend', () => {
    fc.assert(
      fc.property(fc.oneof(number, text, fc.array(text)), (each) => {
        const encoder = encoding.createEncoder()
        encoding.writeAny(encoder, Object.is(each, -0) ? 0 : each)
        expect(written(each)).to.deep.equal(encoding.toUint8Array(encoder))
      }),
      { numRuns: 1_000 },
    )
  })

  it('[FM9] takes mutated bytes exactly when they are the one form of a plain value', () => {
    fc.assert(
      fc.property(
        value,
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 }),
        (each, at) => {
          const bytes = written(each)
          for (const [place, byte] of at) bytes[place % bytes.length] = byte
          expect(read(bytes) !== undefined).to.equal(isOneForm(bytes))
        },
      ),
      { numRuns: 5_000 },
    )
  })

  it('[FM9] refuses spare bytes, longer numbers, turned or double keys and other types', () => {
    const refused = [
      '7d8000', // 0 in two bytes
      '7d40', // minus zero
      '7c3f800000', // 1 as float32
      '7b3fe0000000000000', // 0.5 as float64
      '7c7f800000', // infinity
      '7a0000000000000001', // a bigint
      '7401ff', // bytes
      '7781', // a length that ends early
      '77810061', // a length with a spare byte
      '77026180', // no UTF-8
      '760201627e01617e', // keys b, a
      '760201617e01617e', // key a twice
      '757f', // removed inside a list
      '75ffffffff0f', // more items than bytes
    ]
    for (const hex of refused) expect(read(fromHex(hex)), hex).to.equal(undefined)
  })
})

/** The definition, by lib0 and our writer: decoding and writing again gives the same bytes. */
function isOneForm(bytes: Uint8Array): boolean {
  try {
    const found = readByLib0(bytes)
    return isSlotValue(found) && equalBytes(written(found), bytes)
  } catch {
    return false
  }
}
