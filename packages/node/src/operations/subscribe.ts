/** Holding a part of the catalogue, and what a wider or narrower one would change. */
import {
  type Amount,
  agenciesWithin,
  MuluError,
  REGION_TEXT_MAX,
  type Subscription,
  subscriptionOf,
} from '@mulu/registry-core'
import type { NodeContext } from '../node-context.ts'
import { type HeldCount, type HeldPart, heldPart } from '../status/held-part.ts'

/** What is to be held: everything, or what is named beside the own agency. */
export type SubscribeOrder = {
  readonly dryRun: boolean
  readonly all: boolean
  /** Codes, or numbers. */
  readonly agencies: readonly string[]
  /** Beginnings of codes. */
  readonly regions: readonly string[]
}

/** What was changed, or would be. */
export type SubscribeReport = {
  readonly dryRun: boolean
  /** Agencies that would be held, or are to be from now on. */
  readonly agencies: HeldCount
  readonly comes: Amount
  readonly goes: Amount
  /** Of what goes that of which a node that keeps everything is known to have all. */
  readonly archived: Amount
  /** The part that is held now; null where that is everything. */
  readonly held: HeldPart | null
}

const REGION = new RegExp(`^[0-9A-Za-z-]{1,${REGION_TEXT_MAX}}$`)

/** Subscribes, or counts. MULU_NOT_ADMITTED, MULU_SUBSCRIPTION with the reason, MULU_DISK. */
export async function subscribe(
  context: NodeContext,
  order: SubscribeOrder,
): Promise<SubscribeReport> {
  const { registry } = context.store
  const state = registry.roster?.state
  if (state === undefined) throw new MuluError('MULU_NOT_ADMITTED')
  const subscription = order.all ? undefined : subscriptionIn(context, order)
  const { held, comes, goes, archived } = await registry.holding.plan(subscription)
  const namespaces = new Set(held)
  const count = agenciesWithin(state, (ns) => namespaces.has(ns))
  if (!order.dryRun) await registry.holding.subscribe(subscription)
  return {
    dryRun: order.dryRun,
    agencies: { agencies: count.held.length, of: count.of },
    ...{ comes, goes, archived },
    held: heldPart(context),
  }
}

function subscriptionIn({ store }: NodeContext, order: SubscribeOrder): Subscription {
  const wrong = order.regions.find((region) => !REGION.test(region))
  if (wrong !== undefined)
    refuse('This is no beginning of the code of a region.', { region: wrong })
  const all = [...(store.registry.roster?.state.agencies.values() ?? [])]
  const agencies = order.agencies.map((name) => {
    const found = all.filter(({ id, codes }) => codes.includes(name) || String(id) === name)
    const agency = found.find(({ retired }) => retired === undefined) ?? found[0]
    return agency?.id ?? refuse('There is no such agency in the roster.', { agency: name })
  })
  return subscriptionOf(agencies, order.regions)
}

function refuse(reason: string, details: object): never {
  throw new MuluError('MULU_SUBSCRIPTION', { details: { reason, ...details } })
}
