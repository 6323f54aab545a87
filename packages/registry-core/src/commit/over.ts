/**
 * What an entry supersedes: `[[client, [[clock, n] …]] …]`, clients descending, ranges ascending,
 * apart from each other and not empty. One form per set, so that a signed header has one reading.
 */
import { readArray, readInteger } from '../encoding/shape.ts'

/** A run of `n` slots of one client, from `clock` on. */
export type ClockRange = readonly [clock: number, n: number]
/** Superseded slots by client. */
export type Over = readonly (readonly [client: number, ranges: readonly ClockRange[]])[]

const CLOCK_MAX = 0x7fffffff

/** Reads an `over`; throws unless it has the canonical form. */
export function readOver(value: unknown): Over {
  const over = readArray(value, readClient, 65_536, 'over')
  if (over.length < 2) return over
  for (const [index, [client]] of over.entries()) {
    if (index > 0 && client >= (over[index - 1]?.[0] ?? 0)) throw new Error('over is not sorted')
  }
  return over
}

function readClient(value: unknown): readonly [number, readonly ClockRange[]] {
  const [client, ranges, ...rest] = readArray(value, (part) => part, 2, 'over client')
  if (rest.length > 0) throw new Error('over client has too many parts')
  const list = readArray(ranges, readRange, 65_536, 'over ranges')
  if (list.length === 0) throw new Error('over has a client without ranges')
  let end = -1
  for (const [clock, n] of list) {
    if (clock <= end) throw new Error('over ranges touch or are not sorted')
    end = clock + n
  }
  return [readInteger(client, 1, 0xffffffff, 'over client'), list]
}

function readRange(value: unknown): ClockRange {
  const parts = readArray(value, (part) => part, 2, 'over range')
  const clock = readInteger(parts[0], 0, CLOCK_MAX, 'over clock')
  return [clock, readInteger(parts[1], 1, CLOCK_MAX - clock, 'over length')]
}

/** The canonical `over` of single slots. */
export function overOf(slots: Iterable<{ readonly client: number; readonly clock: number }>): Over {
  const clocks = new Map<number, Set<number>>()
  for (const { client, clock } of slots) {
    const set = clocks.get(client) ?? new Set()
    clocks.set(client, set.add(clock))
  }
  return [...clocks]
    .sort(([a], [b]) => b - a)
    .map(([client, set]) => [client, rangesOf([...set].sort((a, b) => a - b))] as const)
}

function rangesOf(clocks: readonly number[]): readonly ClockRange[] {
  const ranges: [number, number][] = []
  for (const clock of clocks) {
    const last = ranges.at(-1)
    if (last !== undefined && last[0] + last[1] === clock) last[1] += 1
    else ranges.push([clock, 1])
  }
  return ranges
}

/** Every single slot of an `over`, in its order. */
export function* slotsOf(over: Over): Generator<{ client: number; clock: number }> {
  for (const [client, ranges] of over) {
    for (const [clock, n] of ranges) {
      for (let i = 0; i < n; i++) yield { client, clock: clock + i }
    }
  }
}

/** Whether ranges, in any order, together hold all of one. */
export function coversAll(ranges: readonly ClockRange[], [clock, n]: ClockRange): boolean {
  let reached = clock
  for (const [from, length] of [...ranges].sort((a, b) => a[0] - b[0])) {
    if (from > reached) break
    reached = Math.max(reached, from + length)
  }
  return reached >= clock + n
}
