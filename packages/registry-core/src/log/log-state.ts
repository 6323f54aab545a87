/**
 * What this node remembers of one log, so that the next commit can be judged without reading
 * back. Kept in memory for every log and written in the batch of the commit that changes it.
 */
import type { Stamp } from '../commit/header.ts'
import type { Hash } from '../crypto.ts'
import { type CborValue, decodeCbor, encodeCbor } from '../encoding/cbor.ts'
import type { LogKey, LogPosition } from './log.ts'

/** How far a log is known, judged and accepted. */
export type LogState = {
  readonly log: LogKey
  /** The end of the unbroken chain that is stored here, whatever became of it. */
  readonly known: LogPosition
  /** The end of the part of the chain that has been judged. */
  readonly judged: LogPosition
  /** The last commit that is in force or void; the catalogue stands on it. */
  readonly accepted: LogPosition
  /** Whether the log has ended at `accepted`. */
  readonly ended: boolean
  /** The lowest position at which two commits are proven. */
  readonly forkedAt: number | undefined
  /** Commits stored beyond `known`, whose parents are missing. */
  readonly held: number
  /** The roster version that the last judged commit cites. */
  readonly rosterVersion: number
  readonly stamp: Stamp
  /** The newest position of other writers' logs that this chain has named. */
  readonly seen: ReadonlyMap<number, LogPosition>
  /** Positions that reset a wrong clock, with their stamps. */
  readonly resets: readonly (readonly [seq: number, stamp: Stamp])[]
}

/** A position before the first commit. */
export const START: LogPosition = { seq: 0, id: new Uint8Array() }

/** A log of which nothing is known yet. */
export function emptyLog(log: LogKey): LogState {
  return {
    log,
    known: START,
    judged: START,
    accepted: START,
    ended: false,
    forkedAt: undefined,
    held: 0,
    rosterVersion: 0,
    stamp: [0, 0],
    seen: new Map(),
    resets: [],
  }
}

/** The state of a log before anything of it was judged, for a rebuild. */
export function unjudged(state: LogState): LogState {
  return { ...emptyLog(state.log), forkedAt: state.forkedAt }
}

type StoredPosition = readonly [number, Hash]

/** The stored form. */
export function encodeLogState(state: LogState): Uint8Array {
  const { known, judged, accepted, ended, forkedAt, held, rosterVersion, stamp, seen } = state
  return encodeCbor([
    [known, judged, accepted].map((p): CborValue => [p.seq, p.id]),
    ended,
    forkedAt ?? 0,
    held,
    rosterVersion,
    [...stamp],
    [...seen].map(([writer, p]) => [writer, p.seq, p.id]),
    state.resets.map(([seq, at]) => [seq, [...at]]),
  ])
}

/** Reads the stored form of the state of `log`; undefined when the bytes have rotted. */
export function decodeLogState(log: LogKey, bytes: Uint8Array): LogState | undefined {
  try {
    return readState(log, bytes)
  } catch {
    // Whatever fails while reading rotten bytes has one meaning: the state is lost.
    return undefined
  }
}

function readState(log: LogKey, bytes: Uint8Array): LogState {
  const [positions, ended, forkedAt, held, rosterVersion, stamp, seen, resets] = decodeCbor(
    bytes,
  ) as [
    readonly [StoredPosition, StoredPosition, StoredPosition],
    boolean,
    number,
    number,
    number,
    Stamp,
    readonly (readonly [number, number, Hash])[],
    LogState['resets'],
  ]
  const [known, judged, accepted] = positions.map(([seq, id]) => ({ seq, id }))
  return {
    log,
    known: known ?? START,
    judged: judged ?? START,
    accepted: accepted ?? START,
    ended,
    forkedAt: forkedAt === 0 ? undefined : forkedAt,
    held,
    rosterVersion,
    stamp,
    seen: new Map(seen.map(([writer, seq, id]) => [writer, { seq, id }])),
    resets,
  }
}
