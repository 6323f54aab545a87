import type { Stamp } from '../commit/header.ts'
import { CLOCK_LEAD_MAX_MS } from '../limits.ts'

/**
 * The stamp of the next own commit (hybrid logical clock, Kulkarni and others 2014): later than
 * the own last one and than every stamp seen that is not far ahead of the own clock. Where the
 * own last stamp is itself far ahead, the clock was wrong and the commit says `reset`.
 */
export function nextStamp(
  nowMs: number,
  own: Stamp,
  seen: readonly Stamp[],
): { readonly stamp: Stamp; readonly reset: boolean } {
  if (own[0] > nowMs + CLOCK_LEAD_MAX_MS) return { stamp: [nowMs, 0], reset: true }
  const credible = seen.filter(([ms]) => ms <= nowMs + CLOCK_LEAD_MAX_MS)
  const latestMs = Math.max(nowMs, own[0], ...credible.map(([ms]) => ms))
  const counters = [own, ...credible].filter(([ms]) => ms === latestMs).map(([, n]) => n + 1)
  return { stamp: [latestMs, Math.max(0, ...counters)], reset: false }
}
