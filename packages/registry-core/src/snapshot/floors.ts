/**
 * The floors that settled snapshots put under logs, and by which floors a replica has judged what
 * it holds: they are stored once everything that follows from them is done, so that a power cut
 * before that shows at the next opening.
 *
 * sublevel `meta`  `floors` -> CBOR [[log, seq, id] …]
 */
import { equalBytes, toHex } from '../encoding/bytes.ts'
import { type CborValue, decodeCbor, encodeCbor } from '../encoding/cbor.ts'
import type { LogKey } from '../log/log.ts'
import type { LogEnd } from '../roster/change.ts'
import { commitBatch, logOfKey, logPrefix, put, type Store } from '../store/store.ts'
import type { SnapshotStatement } from './statement.ts'

/** By the prefix of its keys, the highest commit of a log that a settled snapshot covers. */
export type Floors = ReadonlyMap<string, LogEnd>

/** Logs whose floor is another one, and those of them whose floor is lower or gone. */
export type MovedFloors = { readonly moved: readonly LogKey[]; readonly fallen: readonly LogKey[] }

const KEY = 'floors'

/** Of several settled snapshots the one that goes furthest counts, log by log. */
export function floorsOf(settled: readonly Pick<SnapshotStatement, 'heads'>[]): Floors {
  const floors = new Map<string, LogEnd>()
  for (const { heads } of settled) {
    for (const [ns, writer, seq, id] of heads) {
      const end: LogEnd = { ns, aud: 1, seq, id }
      const key = logPrefix({ ns, aud: 1, writer })
      const before = floors.get(key)
      if (before === undefined || isFurther(end, before)) floors.set(key, end)
    }
  }
  return floors
}

function isFurther(a: LogEnd, b: LogEnd): boolean {
  return a.seq > b.seq || (a.seq === b.seq && toHex(a.id) < toHex(b.id))
}

/** What is different between two sets of floors. */
export function movedFloors(before: Floors, after: Floors): MovedFloors {
  const keys = [...new Set([...before.keys(), ...after.keys()])]
  const moved = keys.filter((key) => !isSame(before.get(key), after.get(key)))
  const fallen = moved.filter((key) => {
    const was = before.get(key)
    return was !== undefined && was.seq >= (after.get(key)?.seq ?? 0)
  })
  return { moved: moved.map(logOfKey), fallen: fallen.map(logOfKey) }
}

function isSame(a: LogEnd | undefined, b: LogEnd | undefined): boolean {
  return a !== undefined && b !== undefined && a.seq === b.seq && equalBytes(a.id, b.id)
}

/** The floors that what is stored was judged by. */
export async function readFloors(store: Store): Promise<Floors> {
  const bytes = await store.meta.get(KEY)
  if (bytes === undefined) return new Map()
  try {
    const rows = decodeCbor(bytes) as readonly (readonly [string, number, Uint8Array])[]
    return new Map(rows.map(([key, seq, id]) => [key, { ...logOfKey(key), seq, id }]))
  } catch {
    // Whatever fails while reading rotten bytes has one meaning: it is not known.
    return new Map()
  }
}

/** Stores the floors that everything is judged by now. */
export async function writeFloors(store: Store, floors: Floors): Promise<void> {
  const rows = [...floors].map(([key, { seq, id }]): CborValue => [key, seq, id])
  await commitBatch(store, [put(store.meta, KEY, encodeCbor(rows))])
}
