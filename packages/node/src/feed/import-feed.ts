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
  MuluError,
  planImport,
  readFeed,
  type View,
  type Written,
} from '@mulu/registry-core'
import { createCrypto } from '../crypto.ts'
import { namespaceOf, requireWriter } from '../federation/own-writer.ts'
import type { NodeContext } from '../node-context.ts'
import type { Baselines } from '../store/baselines.ts'

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

/** Records that are compared, written and reported together; bounds the memory of a large feed. */
const PORTION_RECORDS = 512

/** An import under way. */
type Run = {
  readonly context: NodeContext
  readonly options: ImportOptions
  readonly feed: Feed
  readonly ns: number
  readonly baselines: Baselines
  readonly tally: Tally
}

type Tally = {
  /** Good records that are behind us. */
  done: number
  added: number
  changed: number
  unchanged: number
  problems: number
  commits: number
  readonly errors: FeedError[]
  readonly notes: Map<ImportNote['code'], number>
  /** `kind/local` of all records that the feed has, good or refused. */
  readonly recs: Set<string>
}

/**
 * Imports a feed into the own namespace. Throws MULU_FEED_* for a feed that is none. A portion is
 * read and compared while the last one is being written: no record stands in two of them.
 */
export async function importFeed(
  context: NodeContext,
  options: ImportOptions,
): Promise<ImportReport> {
  const run = openRun(context, options)
  let writing: Promise<void> = Promise.resolve()
  try {
    for (const candidates of portionsOf(run)) {
      const portion = await planPortion(run, candidates)
      await writing
      writing = writePortion(run, portion)
      // A failure is met where the writing is waited for, be it a while later.
      writing.catch(() => undefined)
    }
  } finally {
    await writing
  }
  return report(run, await countGone(run))
}

function openRun(context: NodeContext, options: ImportOptions): Run {
  const { sha256 } = createCrypto()
  const source = options.source === undefined ? {} : { source: options.source }
  const feed = readFeed(options.text, options.format, { hash: sha256, ...source })
  const { registry, baselines } = context.store
  const ns = namespaceOf(requireWriter({ registry, signer: context.signer }))
  return {
    context,
    options,
    feed,
    ns,
    baselines: baselines(ns, options.source ?? feed.format),
    tally: {
      done: 0,
      added: 0,
      changed: 0,
      unchanged: 0,
      problems: 0,
      commits: 0,
      errors: [],
      notes: new Map(),
      recs: new Set(),
    },
  }
}

/** The good records in portions; bad ones go to the tally. */
function* portionsOf({ feed, tally }: Run): Generator<readonly Candidate[]> {
  let portion: Candidate[] = []
  for (const entry of feed.entries()) {
    if ('error' in entry) {
      tally.errors.push(entry.error)
      if (entry.error.rec !== null) tally.recs.add(entry.error.rec)
      continue
    }
    portion.push(entry.candidate)
    if (portion.length < PORTION_RECORDS) continue
    yield portion
    portion = []
  }
  if (portion.length > 0) yield portion
}

/** What to write of some candidates, and the records as they were. */
type Portion = { readonly plan: ImportPlan; readonly views: ReadonlyMap<string, View> }

async function writePortion(run: Run, { plan, views }: Portion): Promise<void> {
  const { tally, options, baselines } = run
  const added = plan.changes.filter((change) => change.isNew).length
  tally.added += added
  tally.changed += plan.changes.length - added
  tally.unchanged += plan.unchanged
  for (const { code, count } of plan.notes) {
    tally.notes.set(code, (tally.notes.get(code) ?? 0) + count)
  }
  const written = options.dryRun ? undefined : await writePlan(run, plan)
  const changed = new Set(written === undefined ? [] : plan.changes.map((change) => change.rec))
  for (const [rec, view] of views) {
    if (!changed.has(rec) && view.problems.length > 0) tally.problems += 1
  }
  tally.problems += written?.problems ?? 0
  tally.commits += written?.commits.length ?? 0
  if (!options.dryRun) await baselines.save(plan.nextBaseline)
  tally.done += plan.nextBaseline.size
  options.onProgress?.(tally.done + tally.errors.length, run.feed.total)
}

async function planPortion(run: Run, candidates: readonly Candidate[]): Promise<Portion> {
  const { context, ns, baselines, tally } = run
  for (const candidate of candidates) tally.recs.add(recOf(candidate))
  const { registry } = context.store
  const { profile, roster } = registry
  const writer = requireWriter({ registry, signer: context.signer })
  if (profile === undefined || roster === undefined) throw new MuluError('MULU_PROFILE_MISSING')
  const recs = candidates.map(recOf)
  const last = new Map(zip(recs, await baselines.load(recs)))
  const ids = candidates.map(({ kind, local }) => ({ ns, kind, local }))
  const views = new Map(zip(recs, await registry.catalogue.records(ids)))
  const log = { ns, aud: 1, writer: writer.client } as const
  const plan = planImport({
    profile,
    candidates,
    current: (local, kind) => views.get(`${kind}/${local}`),
    baseline: (kind, local) => last.get(`${kind}/${local}`),
    rights: { classify: hasRight(roster.state, log, 'classify') },
  })
  return { plan, views }
}

/** Pairs of keys and the values that are there. */
function zip<T>(
  keys: readonly string[],
  values: readonly (T | undefined)[],
): readonly (readonly [string, T])[] {
  return keys.flatMap((key, i) => {
    const value = values[i]
    return value === undefined ? [] : [[key, value] as const]
  })
}

async function writePlan(
  { context, ns }: Run,
  { changes }: ImportPlan,
): Promise<Written | undefined> {
  if (changes.length === 0) return undefined
  return context.store.registry.write({
    ns,
    aud: 1,
    actor: context.config.actor,
    note: { reason: 'import' },
    changes: changes.map(({ rec, set, remove }) => ({ rec, set, remove })),
  })
}

/** How many records of the last run the feed no longer has; nothing is done to them. */
async function countGone({ baselines, tally }: Run): Promise<number> {
  let gone = 0
  for await (const rec of baselines.recs()) if (!tally.recs.has(rec)) gone += 1
  return gone
}

function report({ context, feed, options, tally }: Run, wouldWithdraw: number): ImportReport {
  const { added, changed, unchanged, problems, commits, errors, notes } = tally
  context.logger.info({ commits, added, changed, refused: errors.length }, 'feed imported')
  return {
    format: feed.format,
    total: feed.total,
    added,
    changed,
    unchanged,
    refused: errors.length,
    wouldWithdraw,
    problems,
    commits,
    errors,
    notes: [...notes].sort().map(([code, count]) => ({ code, count })),
    dryRun: options.dryRun,
  }
}

function recOf({ kind, local }: Candidate): string {
  return `${kind}/${local}`
}
