/**
 * Imports a feed: reads it, compares it with what is here and with its last run, and writes the
 * difference as commits of this node. Good records go in, each bad one is named.
 */
import {
  type Candidate,
  type Feed,
  type FeedError,
  hasRight,
  type ImportNote,
  type ImportPlan,
  type JsonValue,
  MuluError,
  planImport,
  readFeed,
  toHex,
  type View,
  valueHash,
} from '@mulu/registry-core'
import { createCrypto } from '../crypto.ts'
import { namespaceOf, requireWriter } from '../federation/own-writer.ts'
import type { NodeContext } from '../node-context.ts'

/** What to import, and how. */
export type ImportOptions = {
  readonly text: string
  readonly format: 'auto' | 'dcat-us' | 'jsonl'
  /** Names the source that ids are made from; the format's own name without it. */
  readonly source?: string
  readonly dryRun: boolean
  readonly onProgress?: (done: number, total: number) => void
}

/** What an import did, or with `dryRun` would do. */
export type ImportReport = {
  readonly format: string
  readonly total: number
  readonly added: number
  readonly changed: number
  readonly unchanged: number
  readonly refused: number
  readonly wouldWithdraw: number
  /** Records of the feed that are here and have something to complete. */
  readonly problems: number
  readonly commits: number
  readonly errors: readonly FeedError[]
  readonly notes: readonly ImportNote[]
  readonly dryRun: boolean
}

/** Bytes of a value's hash kept in a baseline. */
const BASELINE_BYTES = 16

/** Imports a feed into the own namespace. Throws MULU_FEED_* for a feed that is none. */
export async function importFeed(
  context: NodeContext,
  options: ImportOptions,
): Promise<ImportReport> {
  const { sha256 } = createCrypto()
  const source = options.source === undefined ? {} : { source: options.source }
  const feed = readFeed(options.text, options.format, { hash: sha256, ...source })
  const { registry, baselines } = context.store
  const ns = namespaceOf(requireWriter({ registry, signer: context.signer }))
  const sourceName = options.source ?? feed.format
  const plan = await planFeed(context, feed, ns, sourceName)
  if (options.dryRun) return reportOf(context, feed, ns, plan, 0, true)
  const commits = await writePlan(context, ns, plan, options)
  await baselines.save(ns, sourceName, plan.nextBaseline)
  return reportOf(context, feed, ns, plan, commits, false)
}

async function planFeed(
  context: NodeContext,
  feed: Feed,
  ns: number,
  sourceName: string,
): Promise<ImportPlan> {
  const crypto = createCrypto()
  const { registry, baselines } = context.store
  const { profile, roster } = registry
  const writer = requireWriter({ registry, signer: context.signer })
  if (profile === undefined || roster === undefined) throw new MuluError('MULU_PROFILE_MISSING')
  const last = await baselines.load(ns, sourceName)
  const views = await viewsOf(context, ns, feed.candidates)
  const log = { ns, aud: 1, writer: writer.client } as const
  return planImport({
    profile,
    candidates: feed.candidates,
    current: (local, kind) => views.get(`${kind}/${local}`),
    baseline: (kind, local) => last.get(`${kind}/${local}`),
    rights: { classify: hasRight(roster.state, log, 'classify') },
    hashValue: (value: JsonValue) =>
      toHex(valueHash(crypto, value).subarray(1, 1 + BASELINE_BYTES)),
    previous: last.keys(),
    refused: feed.errors.flatMap((error) => error.rec ?? []),
  })
}

async function viewsOf(
  context: NodeContext,
  ns: number,
  candidates: readonly Candidate[],
): Promise<ReadonlyMap<string, View>> {
  const views = new Map<string, View>()
  for (const { kind, local } of candidates) {
    const view = await context.store.registry.catalogue.record({ ns, kind, local })
    if (view !== undefined) views.set(`${kind}/${local}`, view)
  }
  return views
}

async function writePlan(
  context: NodeContext,
  ns: number,
  plan: ImportPlan,
  options: ImportOptions,
): Promise<number> {
  if (plan.changes.length === 0) return 0
  const written = await context.store.registry.write({
    ns,
    aud: 1,
    actor: context.config.actor,
    note: { reason: 'import' },
    changes: plan.changes.map(({ rec, set, remove }) => ({ rec, set, remove })),
    ...(options.onProgress === undefined ? {} : { onProgress: options.onProgress }),
  })
  context.logger.info({ commits: written.commits.length }, 'feed imported')
  return written.commits.length
}

async function reportOf(
  context: NodeContext,
  feed: Feed,
  ns: number,
  plan: ImportPlan,
  commits: number,
  dryRun: boolean,
): Promise<ImportReport> {
  const views = await viewsOf(context, ns, feed.candidates)
  const added = plan.changes.filter((change) => change.isNew).length
  return {
    format: feed.format,
    total: feed.candidates.length + feed.errors.length,
    added,
    changed: plan.changes.length - added,
    unchanged: plan.unchanged,
    refused: feed.errors.length,
    wouldWithdraw: plan.wouldWithdraw.length,
    problems: [...views.values()].filter((view) => view.problems.length > 0).length,
    commits,
    errors: feed.errors,
    notes: plan.notes,
    dryRun,
  }
}
