/** How much of the catalogue is here while the node catches up, as pages and commands say it. */
import { type SharePart, shareOf } from '@mulu/registry-core'
import type { NodeContext } from '../node-context.ts'

/**
 * What is here of what the heads of peers tell of.
 *
 * level     as far as peers have told, all of it
 * behind    less; the parts say how much
 * unknown   no peer has been compared with since the node was started
 */
export type ShareStatus = {
  readonly state: 'level' | 'behind' | 'unknown'
  /** Commits of the agencies in the region of this node; null unless behind, or without any. */
  readonly ownRegion: SharePart | null
  readonly rest: SharePart | null
  /** By the code of the region, the own first; null for agencies without one. */
  readonly regions: readonly (SharePart & { readonly region: string | null })[]
}

const NOTHING = { ownRegion: null, rest: null, regions: [] }
/** Every page asks, and while much comes in the heads change all the time. */
const KEPT_MS = 250

type Kept = { readonly atMs: number; readonly share: ShareStatus }
const KEPT = new WeakMap<NodeContext, Kept>()

/** The share of this node among `nodes` of the roster, itself included. */
export function readShare(context: NodeContext, nodes: number): ShareStatus {
  const nowMs = context.clock.elapsed()
  const kept = KEPT.get(context)
  if (kept !== undefined && nowMs - kept.atMs < KEPT_MS) return kept.share
  const share = computeShare(context, nodes)
  KEPT.set(context, { atMs: nowMs, share })
  return share
}

function computeShare(context: NodeContext, nodes: number): ShareStatus {
  const { registry } = context.store
  const { roster, author } = registry
  const told = context.network()?.told()
  if (roster !== undefined && author !== undefined && nodes <= 1) return level()
  if (roster === undefined || author === undefined || told?.isCompared !== true) {
    return { state: 'unknown', ...NOTHING }
  }
  if (told.heads.length === 0) return level()
  const share = shareOf(roster.state, author.client, registry.heads(), told.heads)
  const isAll = share.regions.every(({ here, known }) => here === known)
  if (isAll) return level()
  return {
    state: 'behind',
    ownRegion: share.ownRegion ?? null,
    rest: share.rest ?? null,
    regions: share.regions.map((part) => ({ ...part, region: part.region || null })),
  }
}

function level(): ShareStatus {
  return { state: 'level', ...NOTHING }
}
