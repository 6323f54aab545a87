/**
 * How a requester fetches the snapshots and receipts that count beyond the fork of a log: where
 * the digests over them differ it asks where the peer's stand, then for those that are not here.
 * They are taken only if they are what was asked for, and pass the one way in like any commit.
 */
import { type Commit, commitId, decodeCommit } from '../commit/commit.ts'
import { type Header, readHeader } from '../commit/header.ts'
import { equalBytes, toHex } from '../encoding/bytes.ts'
import { type LogPosition, logText } from '../log/log.ts'
import type { Acceptance } from '../log/outcome.ts'
import { receiptOf, snapshotOf } from '../snapshot/statement.ts'
import type { Request } from './frame.ts'
import type { HeadNote } from './frame-parts.ts'
import { headsIndex } from './heads-index.ts'
import { isOfLog } from './requester-pull.ts'
import type { Lacking, RequesterEffect, RequesterState, RequesterStep } from './requester-state.ts'
import { mayOwnHold, type SyncContext } from './sync-context.ts'

/** The heads of a peer beyond whose forks it may know more, beside those still to be looked at. */
export function mergeForks(
  context: SyncContext,
  open: readonly HeadNote[],
  heads: readonly HeadNote[],
): readonly HeadNote[] {
  const added = heads.filter((head) => isOtherwise(context, head) && mayOwnHold(context, head.log))
  if (added.length === 0) return open
  const texts = new Set(added.map(({ log }) => logText(log)))
  return [...open.filter(({ log }) => !texts.has(logText(log))), ...added]
}

/** Whether something else counts at the peer beyond a fork than here; the fork may be news. */
function isOtherwise(context: SyncContext, { log, statements }: HeadNote): boolean {
  if (statements === undefined) return false
  const own = headsIndex(context.heads).byLog.get(logText(log))?.statements
  return own === undefined || !equalBytes(own, statements)
}

/** Asks for what is lacking of one log; undefined when nothing is known to be. */
export function pullStatements(
  context: SyncContext,
  state: RequesterState,
  send: (state: RequesterState, phase: 'places' | 'statements', frame: Request) => RequesterStep,
): RequesterStep | undefined {
  if (state.lacking !== undefined) {
    return send(state, 'statements', { t: 'statements-pull', ...state.lacking })
  }
  for (const [index, head] of state.forks.entries()) {
    const { log } = head
    const isForked = headsIndex(context.heads).byLog.get(logText(log))?.forkedAt !== undefined
    // What is let go here is asked for again in the next round, since digests differ till then.
    if (!isForked || !isOtherwise(context, head) || context.isThrottled(log)) continue
    const lacking: Lacking = { log, places: [] }
    const asking = { ...state, forks: state.forks.slice(index + 1), lacking }
    return send(asking, 'places', { t: 'places-pull', log })
  }
  return undefined
}

/** Notes which of the places of an answer are not here. */
export function answerPlaces(
  { replica }: SyncContext,
  state: RequesterState,
  answer: readonly LogPosition[],
): RequesterState {
  const places = answer.filter(({ id }) => !replica.statements.has(id))
  const { lacking } = state
  return { ...state, lacking: lacking && places.length > 0 ? { ...lacking, places } : undefined }
}

/** Hands statements to the registry, if they are those that were asked for. */
export function answerStatements(
  context: SyncContext,
  state: RequesterState,
  answer: readonly Uint8Array[],
): RequesterStep {
  const { lacking } = state
  const done: RequesterState = { ...state, lacking: undefined }
  if (lacking === undefined || answer.length === 0) return [done, []]
  const open = new Set(lacking.places.map(({ id }) => toHex(id)))
  const commits: Commit[] = []
  for (const bytes of answer) {
    const read = readStatement(context, bytes, lacking)
    if (read === undefined || !open.delete(toHex(read.id))) {
      return [done, [{ type: 'blame', code: 'MULU_SYNC_ORDER' }]]
    }
    commits.push(read.commit)
  }
  const places = lacking.places.filter(({ id }) => open.has(toHex(id)))
  const rest = places.length > 0 ? { ...lacking, places } : undefined
  return [
    { ...state, phase: 'storing', lacking: rest },
    [{ type: 'accept', writer: lacking.log.writer, commits, leftOut: false }],
  ]
}

function readStatement(
  { crypto }: SyncContext,
  bytes: Uint8Array,
  { log }: Lacking,
): { readonly commit: Commit; readonly id: Uint8Array } | undefined {
  try {
    const commit = decodeCommit(bytes)
    const header = readHeader(commit.header)
    if (!isOfLog(header, log) || !isStatement(header)) return undefined
    return { commit, id: commitId(crypto, commit.header) }
  } catch {
    // Whatever fails while reading bytes of a peer has one meaning: they are no statement.
    return undefined
  }
}

function isStatement(header: Header): boolean {
  return receiptOf(header) !== undefined || snapshotOf(header) !== undefined
}

/**
 * Goes on from what the registry made of statements; who sent false ones is asked no further. New
 * ones may have moved floors, so that forked logs go further than when heads were compared.
 */
export function takeStatements(
  state: RequesterState,
  acceptances: readonly Acceptance[],
): RequesterStep {
  const isNew = acceptances.some(({ known, outcome }) => !known && outcome.kind !== 'dropped')
  const compareFrom = isNew ? 0 : state.compareFrom
  const idle: RequesterState = { ...state, phase: 'idle', compareFrom }
  const blamed = acceptances.flatMap(({ outcome }): RequesterEffect[] =>
    outcome.kind === 'dropped' && outcome.blame ? [{ type: 'blame', code: outcome.code }] : [],
  )
  if (blamed.length === 0) return [idle, []]
  return [{ ...idle, lacking: undefined }, blamed.slice(0, 1)]
}
