/** How what is remembered of a log moves on with a commit. */
import type { ReadCommit } from '../commit/commit.ts'
import type { Stamp } from '../commit/header.ts'
import type { Verdict } from './judge.ts'
import type { LogState } from './log-state.ts'

/** The state once a commit is known that follows on what was; one that was held before counts less. */
export function extendKnown(state: LogState, commit: ReadCommit, isNew: boolean): LogState {
  if (commit.read.seq <= state.known.seq) return state
  const held = isNew ? state.held : state.held - 1
  return { ...state, held, known: { seq: commit.read.seq, id: commit.id } }
}

/** The state once a commit is judged. */
export function nextState(
  state: LogState,
  commit: ReadCommit,
  verdict: Verdict,
  isNew: boolean,
): LogState {
  const position = { seq: commit.read.seq, id: commit.id }
  const moved = { ...extendKnown(state, commit, isNew), judged: position }
  if (verdict.kind === 'ended') return { ...moved, ended: true }
  const { roster, stamp, reset, after } = commit.read
  const isReset = reset && verdict.kind === 'in force'
  const seen = new Map(state.seen)
  for (const [writer, seq, id] of after) seen.set(writer, { seq, id })
  return {
    ...moved,
    accepted: position,
    rosterVersion: roster[0],
    stamp,
    seen,
    // A void commit resets nothing: it may be a thief's, cut off since.
    resets: isReset ? withReset(state.resets, position.seq, stamp) : state.resets,
  }
}

function withReset(resets: LogState['resets'], seq: number, stamp: Stamp): LogState['resets'] {
  return [...resets.filter(([at]) => at !== seq), [seq, stamp]]
}
