/**
 * How deep CBOR nests, found by walking over its heads without recursion. A decoder that recurses
 * would end at a depth that its machine decides.
 */

const MAJOR_BYTES = 2
const MAJOR_TEXT = 3
const MAJOR_ARRAY = 4
const MAJOR_MAP = 5
const ARGUMENT_BYTES: Readonly<Record<number, number>> = { 24: 1, 25: 2, 26: 4, 27: 8 }

/** Whether arrays and maps nest at most `max` deep. Bytes that are no CBOR count as far as they go. */
export function isShallowCbor(bytes: Uint8Array, max: number): boolean {
  /** For each open array or map, how many items it still has. */
  const open: number[] = []
  for (let at = 0; at < bytes.length; ) {
    const head = bytes[at] ?? 0
    const major = head >> 5
    const argument = argumentAt(bytes, at)
    at += 1 + (ARGUMENT_BYTES[head & 31] ?? 0)
    if (major === MAJOR_BYTES || major === MAJOR_TEXT) at += argument
    if ((major === MAJOR_ARRAY || major === MAJOR_MAP) && argument > 0) {
      open.push(major === MAJOR_MAP ? 2 * argument : argument)
      if (open.length > max) return false
    } else {
      closeFull(open)
    }
  }
  return true
}

function argumentAt(bytes: Uint8Array, at: number): number {
  const info = (bytes[at] ?? 0) & 31
  const length = ARGUMENT_BYTES[info]
  if (length === undefined) return info < 24 ? info : 0
  let argument = 0
  for (let i = 1; i <= length; i++) argument = argument * 256 + (bytes[at + i] ?? 0)
  return argument
}

/** One item has ended, and with it every array and map whose last item it was. */
function closeFull(open: number[]): void {
  for (let last = open.length - 1; last >= 0; last--) {
    const left = (open[last] ?? 1) - 1
    if (left > 0) {
      open[last] = left
      return
    }
    open.pop()
  }
}
