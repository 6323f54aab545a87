/** Mutation of byte strings: small damage, spliced parts, numbers at their limits. */

/** A source of repeatable chance: an integer below the bound. */
export type Chance = (below: number) => number

/** mulberry32: the same numbers for the same seed. */
export function createChance(seed: number): Chance {
  let state = seed >>> 0
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) % below
  }
}

/** Bytes that change meaning in CBOR, varints, UTF-8, JSON and addresses. */
const TELLING = [
  ...[0x00, 0x01, 0x17, 0x18, 0x19, 0x1a, 0x1b, 0x1f, 0x3b, 0x5b, 0x5f, 0x7b, 0x7f, 0x80, 0x9b],
  ...[
    0x9f, 0xa0, 0xbb, 0xbf, 0xc0, 0xc2, 0xd8, 0xed, 0xf0, 0xf5, 0xf6, 0xf7, 0xf9, 0xfb, 0xfe, 0xff,
  ],
  ...[...'"\\{}[],:@/.%+-0\u0009\u000a'].map((sign) => sign.charCodeAt(0)),
]
const STEPS_MAX = 4
const GROWTH_MAX = 65_536

/** An input made from the corpus; the same for the same chance. */
export function mutate(chance: Chance, corpus: readonly Uint8Array[]): Uint8Array {
  let input = pick(chance, corpus)
  const steps = 1 + chance(STEPS_MAX)
  for (let step = 0; step < steps; step++) input = mutateOnce(chance, input, corpus)
  return input
}

function pick(chance: Chance, corpus: readonly Uint8Array[]): Uint8Array {
  return corpus[chance(corpus.length)] ?? new Uint8Array()
}

function mutateOnce(chance: Chance, input: Uint8Array, corpus: readonly Uint8Array[]): Uint8Array {
  const at = chance(input.length + 1)
  const length = 1 + chance(Math.min(64, input.length + 1))
  switch (chance(10)) {
    case 0:
      return withByte(input, at, (byte) => byte ^ (1 << chance(8)))
    case 1:
      return withByte(input, at, () => chance(256))
    case 2:
      return withByte(input, at, () => TELLING[chance(TELLING.length)] ?? 0)
    case 3:
      return withByte(input, at, (byte) => byte + (chance(2) === 0 ? 1 : -1))
    case 4:
      return input.slice(0, at)
    case 5:
      return splice(input, at, length, new Uint8Array())
    case 6:
      return splice(
        input,
        at,
        0,
        Uint8Array.from({ length }, () => chance(256)),
      )
    case 7:
      return splice(input, at, 0, input.slice(at, at + length))
    case 8:
      return splice(input, at, length, partOf(chance, pick(chance, corpus), length))
    default:
      return splice(input, at, 0, repeated(chance, input, at))
  }
}

function withByte(input: Uint8Array, at: number, change: (byte: number) => number): Uint8Array {
  const copy = input.slice()
  const index = Math.min(at, copy.length - 1)
  if (index >= 0) copy[index] = change(copy[index] ?? 0)
  return copy
}

function splice(input: Uint8Array, at: number, drop: number, add: Uint8Array): Uint8Array {
  const rest = input.subarray(Math.min(input.length, at + drop))
  const whole = new Uint8Array(at + add.length + rest.length)
  whole.set(input.subarray(0, at))
  whole.set(add, at)
  whole.set(rest, at + add.length)
  return whole
}

function partOf(chance: Chance, other: Uint8Array, length: number): Uint8Array {
  const from = chance(other.length + 1)
  return other.slice(from, from + length)
}

/** One part many times over: nesting, long lists, long texts. */
function repeated(chance: Chance, input: Uint8Array, at: number): Uint8Array {
  const part = input.slice(at, at + 1 + chance(4))
  if (part.length === 0) return part
  const times = 1 + chance(chance(16) === 0 ? Math.floor(GROWTH_MAX / part.length) : 32)
  const whole = new Uint8Array(part.length * times)
  for (let i = 0; i < times; i++) whole.set(part, i * part.length)
  return whole
}
