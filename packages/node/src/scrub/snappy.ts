/** Unpacks one Snappy block (google/snappy format_description.txt), as LevelDB packs its own. */

/** The bytes; throws a RangeError unless the block is whole. */
export function unpackSnappy(packed: Uint8Array): Uint8Array {
  let at = 0
  const byte = (): number => {
    const value = packed[at++]
    if (value === undefined) throw new RangeError('the block is cut')
    return value
  }
  const little = (count: number): number => {
    let value = 0
    for (let i = 0; i < count; i++) value += byte() * 2 ** (8 * i)
    return value
  }
  let length = 0
  for (let shift = 0, last = 0x80; last >= 0x80; shift += 7) {
    last = byte()
    length += (last & 0x7f) * 2 ** shift
    if (length > UNPACKED_MAX) throw new RangeError('the block is too long')
  }
  const out = new Uint8Array(length)
  let end = 0
  while (end < length) {
    const tag = byte()
    if ((tag & 3) === 0) {
      const short = tag >> 2
      const run = 1 + (short < 60 ? short : little(short - 59))
      if (at + run > packed.length || end + run > length) throw new RangeError('a run is cut')
      out.set(packed.subarray(at, at + run), end)
      at += run
      end += run
      continue
    }
    const { run, back } = copyOf(tag, little)
    if (back === 0 || back > end || end + run > length) throw new RangeError('a copy is astray')
    for (let i = 0; i < run; i++, end++) out[end] = out[end - back] ?? 0
  }
  return out
}

const UNPACKED_MAX = 64 * 1_048_576

function copyOf(tag: number, little: (count: number) => number): { run: number; back: number } {
  if ((tag & 3) === 1) return { run: 4 + ((tag >> 2) & 7), back: ((tag >> 5) << 8) + little(1) }
  return { run: 1 + (tag >> 2), back: little((tag & 3) === 2 ? 2 : 4) }
}
