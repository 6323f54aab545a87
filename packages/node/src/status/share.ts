/** How much of the catalogue is here while the node catches up, as pages and commands say it. */
import { type SharePart, shareOf } from '@mulu/registry-core'
import type { NodeContext } from '../node-context.ts'
import { type HeldPart, heldPart } from './held-part.ts'

/**
 * What is here of what the heads of peers tell of.
 *
 * level     as far as peers have told, all of it
 * partial   all of the part that this node holds; `held` says of which
 * behind    less; the parts say how much
 * unknown   no peer has been compared with since the node was started
 */
export type ShareStatus = {
  readonly state: 'level' | 'partial' | 'behind' | 'unknown'
  /** The part that this node holds, whatever the state; null where it holds everything. */
  readonly held: HeldPart | null
  /** Commits of the agencies in the region of this node; null unless behind, or without any. */
  readonly ownRegion: SharePart | null
  readonly rest: SharePart | null
  /** By the code of the region, the own first; null for agencies without one. */
  readonly regions: readonly (SharePart & { readonly region: string | null })[]
}

const NOTHING = { ownRegion: null, rest: null, regions: [] }
/**
 * Every page asks, and while much comes in the heads change all the time. What is held changes by a
 * command, whose next answer has to show it.
 */
const KEPT_MS = 250

type Kept = { readonly atMs: number; readonly share: ShareStatus }
const KEPT = new WeakMap<NodeContext, Kept>()

/** The share of this node among `nodes` of the roster, itself included. */
export function readShare(context: NodeContext, nodes: number): ShareStatus {
  const nowMs = context.clock.elapsed()
  const held = heldPart(context)
  const kept = KEPT.get(context)
  const isFresh = kept !== undefined && nowMs - kept.atMs < KEPT_MS
  if (isFresh && isSamePart(kept.share.held, held)) return { ...kept.share, held }
  const share = computeShare(context, nodes, held)
  KEPT.set(context, { atMs: nowMs, share })
  return share
}

function isSamePart(a: HeldPart | null, b: HeldPart | null): boolean {
  return a?.agencies === b?.agencies && a?.leaving === b?.leaving
}

function computeShare(context: NodeContext, nodes: number, held: HeldPart | null): ShareStatus {
  const { registry } = context.store
  const { roster, author, holding } = registry
  const all: ShareStatus = { state: held === null ? 'level' : 'partial', held, ...NOTHING }
  const told = context.network()?.told()
  if (roster !== undefined && author !== undefined && nodes <= 1) return all
  if (roster === undefined || author === undefined || told?.isCompared !== true) {
    return { ...all, state: 'unknown' }
  }
  const beyond = told.heads.filter(({ log }) => holding.holds(log))
  if (beyond.length === 0) return all
  const here = registry.heads().filter(({ log }) => holding.holds(log))
  const share = shareOf(roster.state, author.client, here, beyond)
  const isAll = share.regions.every((part) => part.here === part.known)
  if (isAll) return all
  return {
    ...{ state: 'behind', held },
    ownRegion: share.ownRegion ?? null,
    rest: share.rest ?? null,
    regions: share.regions.map((part) => ({ ...part, region: part.region || null })),
  }
}
