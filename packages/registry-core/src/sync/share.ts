/**
 * How much of what peers say there is has come here, counted in commits of logs by the region whose
 * agencies own them. It rests on heads that peers told, which are claims: a log counts only where
 * the roster knows its namespace and writer.
 */
import { type LogHead, type LogKey, logText } from '../log/log.ts'
import type { RosterState } from '../roster/state.ts'
import type { HeadNote } from './frame-parts.ts'
import type { RequesterState } from './requester-state.ts'

/** Commits that count here, and those that are known to be somewhere. */
export type SharePart = { readonly here: number; readonly known: number }

/** The share of one region; an empty code for agencies without one. */
export type RegionShare = SharePart & { readonly region: string }

/** Own region first; each part undefined where there is nothing of it anywhere. */
export type Share = {
  /** Of the own agency and the agencies of its region; undefined where the own one has none. */
  readonly ownRegion: SharePart | undefined
  readonly rest: SharePart | undefined
  readonly regions: readonly RegionShare[]
}

/** The heads that the peer of a requester told of and that go beyond what is here. */
export function headsBeyond({
  wants,
  stalled,
  pull,
  elsewhere,
}: RequesterState): readonly HeadNote[] {
  const open = [...wants, ...stalled, ...(pull === undefined ? [] : [pull.want])]
  return [...open.map(({ head }) => head), ...elsewhere]
}

/** The share of a node whose writer is `self`, with the heads that its peers told of. */
export function shareOf(
  state: RosterState,
  self: number,
  heads: readonly LogHead[],
  told: readonly HeadNote[],
): Share {
  const own = state.agencies.get(state.writers.get(self)?.agency ?? 0)?.region ?? ''
  const regions = new Map<string, SharePart>()
  for (const { log, here, known } of countLogs(state, heads, told).values()) {
    const region = regionOf(state, log)
    regions.set(region, add(regions.get(region), { here, known }))
  }
  const sorted = [...regions].sort(([a], [b]) => rank(a, own) - rank(b, own) || (a < b ? -1 : 1))
  const others = sorted.filter(([region]) => region !== own || own === '')
  return {
    ownRegion: own === '' ? undefined : regions.get(own),
    rest: others.reduce<SharePart | undefined>((sum, [, part]) => add(sum, part), undefined),
    regions: sorted.map(([region, part]) => ({ region, ...part })),
  }
}

type Counted = SharePart & { readonly log: LogKey }

function countLogs(
  state: RosterState,
  heads: readonly LogHead[],
  told: readonly HeadNote[],
): ReadonlyMap<string, Counted> {
  const counts = new Map<string, Counted>()
  for (const { log, known, accepted, forkedAt } of heads) {
    const here = accepted.seq
    // What waits is here and does not count yet; what lies beyond a fork never will.
    const all = forkedAt === undefined ? Math.max(here, known.seq) : here
    counts.set(logText(log), { log, here, known: all })
  }
  for (const { log, known } of told) {
    if (!state.writers.has(log.writer) || !state.namespaces.has(log.ns)) continue
    const text = logText(log)
    const { here = 0, known: before = 0 } = counts.get(text) ?? {}
    counts.set(text, { log, here, known: Math.max(before, known.seq) })
  }
  return counts
}

function regionOf({ namespaces, agencies }: RosterState, { ns }: LogKey): string {
  return agencies.get(namespaces.get(ns)?.owners.at(-1)?.agency ?? 0)?.region ?? ''
}

/** The own region first, agencies without one last. */
function rank(region: string, own: string): number {
  if (region === '') return 2
  return region === own ? 0 : 1
}

function add(a: SharePart | undefined, b: SharePart): SharePart {
  return a === undefined ? b : { here: a.here + b.here, known: a.known + b.known }
}
