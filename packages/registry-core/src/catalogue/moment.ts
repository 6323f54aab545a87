/**
 * A moment of the catalogue: how far each federation log had come. It is named by heads, by a
 * snapshot, which states heads, or by a time: then each log goes up to its last commit whose stamp
 * is not later. Stamps are what authors say, bounded by later resets of their clocks; where it
 * matters when something was there, a settled snapshot is the moment to ask for.
 *
 * text of heads: `heads:<ns>.<writer>.<seq>` and more with commas between, in any order
 */
import type { ReadCommit } from '../commit/commit.ts'
import type { Stamp } from '../commit/header.ts'
import { hashToText } from '../crypto.ts'
import { MuluError } from '../errors.ts'
import type { LogState } from '../log/log-state.ts'
import type { Logs } from '../log/logs.ts'
import { effectiveStamp } from '../log/past.ts'
import { compareStamps } from '../record/shown.ts'
import type { Snapshot } from '../snapshot/settlement.ts'

/** How far every log counts; one that is not named had not begun. */
export type Moment = {
  /** Namespaces with their writers and the position of each. */
  readonly heads: ReadonlyMap<number, ReadonlyMap<number, number>>
  /** The time that was asked for; undefined for heads. */
  readonly atMs: number | undefined
}

/** What moments are found with. */
export type MomentContext = {
  readonly logs: Logs
  readonly snapshots: () => readonly Snapshot[]
  /** The commit on the chain of a log at a position. */
  readonly commitAt: (log: LogState['log'], seq: number) => Promise<ReadCommit | undefined>
}

const HEADS = /^heads:\d{1,10}\.\d{1,10}\.\d{1,15}(,\d{1,10}\.\d{1,10}\.\d{1,15}){0,9999}$/
/** The moment of a time in milliseconds, or of a text; MULU_QUERY when that names none here. */
export async function readMoment(context: MomentContext, at: number | string): Promise<Moment> {
  if (typeof at === 'number') return momentAt(context, at)
  const snapshot = context.snapshots().find(({ id }) => hashToText(id) === at)
  if (snapshot === undefined && !HEADS.test(at)) refuse('It names no snapshot and no heads.')
  const heads = snapshot === undefined ? headsOf(at) : snapshot.heads
  return momentOf(
    heads.map(([ns, writer, seq]) => ({ ns, writer, seq: here(context, ns, writer, seq) })),
  )
}

function headsOf(text: string): readonly (readonly [number, number, number])[] {
  const heads = text.slice('heads:'.length).split(',')
  return heads.map((head) => {
    const [ns = 0, writer = 0, seq = 0] = head.split('.').map(Number)
    return [ns, writer, seq]
  })
}

/** A log that has ended since counts up to its end; what has not been heard is no moment here. */
function here({ logs }: MomentContext, ns: number, writer: number, seq: number): number {
  const { known, accepted } = logs.get({ ns, aud: 1, writer })
  if (known.seq < seq) refuse('This node has not heard as much as these heads say.')
  return Math.min(seq, accepted.seq)
}

function refuse(reason: string): never {
  throw new MuluError('MULU_QUERY', { details: { parameter: 'asOf', reason } })
}

function momentOf(
  positions: readonly { readonly ns: number; readonly writer: number; readonly seq: number }[],
  atMs?: number,
): Moment {
  const heads = new Map<number, Map<number, number>>()
  for (const { ns, writer, seq } of positions) {
    if (seq === 0) continue
    const writers = heads.get(ns) ?? new Map<number, number>()
    heads.set(ns, writers.set(writer, Math.max(seq, writers.get(writer) ?? 0)))
  }
  return { heads, atMs }
}

async function momentAt(context: MomentContext, atMs: number): Promise<Moment> {
  const logs = context.logs.all().filter(({ log }) => log.aud === 1)
  const positions: { ns: number; writer: number; seq: number }[] = []
  for (const state of logs) {
    const { ns, writer } = state.log
    positions.push({ ns, writer, seq: await lastUntil(context, state, atMs) })
  }
  return momentOf(positions, atMs)
}

/** Bounded stamps never fall along a log, so the last one that is not later can be halved for. */
async function lastUntil(
  { logs, commitAt }: MomentContext,
  { log, accepted }: LogState,
  atMs: number,
): Promise<number> {
  let low = 0
  let high = accepted.seq
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    const commit = await commitAt(log, middle)
    const stamp = commit && boundedStamp(logs, log, commit)
    const isLater = stamp !== undefined && compareStamps(stamp, [atMs, Number.MAX_SAFE_INTEGER]) > 0
    if (isLater) high = middle - 1
    else low = middle
  }
  return low
}

function boundedStamp(logs: Logs, log: LogState['log'], { read }: ReadCommit): Stamp {
  return effectiveStamp(logs, log, { client: log.writer, seq: read.seq, stamp: read.stamp })
}

/** The moment as text that `readMoment` takes, the same for the same heads. */
export function momentText({ heads }: Moment): string {
  const texts = [...heads].flatMap(([ns, writers]) =>
    [...writers].map(([writer, seq]) => `${ns}.${writer}.${seq}`),
  )
  return `heads:${texts.sort().join(',')}`
}

/** The position of a log at a moment; 0 where it had not begun. */
export function positionAt({ heads }: Moment, ns: number, writer: number): number {
  return heads.get(ns)?.get(writer) ?? 0
}
