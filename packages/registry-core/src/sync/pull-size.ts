/**
 * How much to ask for at once: what the line carried in a few seconds, so that a cut costs no more
 * than that, and a fast line still gets full answers after a few.
 */
import { PULL_AIM_MS, PULL_BYTES_FIRST, PULL_BYTES_MAX, PULL_BYTES_MIN } from './sync-limits.ts'

/** What to ask for next, what was asked for last, and when. */
export type PullSize = { readonly next: number; readonly asked: number; readonly atMs: number }

/** Before anything is known of the line. */
export const FIRST_PULL: PullSize = { next: PULL_BYTES_FIRST, asked: PULL_BYTES_FIRST, atMs: 0 }

/** At most so many times as much as before: one quick answer may have come from some buffer. */
const GROWTH_MAX = 4

/** Notes that `next` bytes are asked for. */
export function asked({ next }: PullSize, nowMs: number): PullSize {
  return { next, asked: next, atMs: nowMs }
}

/** What the answer of so many bytes, unpacked, says of the line. */
export function measured(size: PullSize, bytes: number, nowMs: number): PullSize {
  const tookMs = Math.max(1, nowMs - size.atMs)
  // Of a short answer that came soon nothing is learned: the log had no more.
  if (bytes * 2 < size.asked && tookMs < PULL_AIM_MS) return size
  const carried = Math.floor((bytes * PULL_AIM_MS) / tookMs)
  const most = Math.min(PULL_BYTES_MAX, size.asked * GROWTH_MAX)
  return { ...size, next: Math.max(PULL_BYTES_MIN, Math.min(most, carried)) }
}
