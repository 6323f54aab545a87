/**
 * Imports a feed: reads it, compares it with what is here and with its last run, and writes the
 * difference as commits of this node. Good records go in, each bad one is named.
 */
import {
  type FeedError,
  type FeedPart,
  hasRight,
  type ImportInput,
  type ImportNote,
  type ImportPlan,
  MuluError,
  planImport,
  prepareProblems,
  type View,
  type Written,
} from '@mulu/registry-core'
import { namespaceOf, requireWriter } from '../federation/own-writer.ts'
import type { NodeContext } from '../node-context.ts'
import type { Baselines } from '../store/baselines.ts'
import { openFeed } from './feed-reader.ts'
import type { FeedInput, OpenFeed } from './open-feed.ts'

/** What to import, and how. Without a source ids are made from the name of the format. */
export type ImportOptions = FeedInput & {
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

/** An import under way. */
type Run = {
  readonly context: NodeContext
  readonly options: ImportOptions
  readonly feed: OpenFeed
  readonly ns: number
  readonly baselines: Baselines
  /** Whether the feed was never read before, so that there are no baselines to look up. */
  readonly isFirst: boolean
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
 * Imports a feed into the own namespace. Throws MULU_FEED_* for a feed that is none. A part is
 * read and compared, and the baselines of the last but one are saved, while the last one is being
 * written: no record stands in two of them.
 */
export async function importFeed(
  context: NodeContext,
  options: ImportOptions,
): Promise<ImportReport> {
  const run = await openRun(context, options)
  let last: Portion | undefined
  let writing: Promise<void> = Promise.resolve()
  let saving: Promise<void> = Promise.resolve()
  try {
    for await (const part of run.feed.parts) {
      const portion = await planPortion(run, part)
      await writing
      await saving
      saving = saveBaselines(run, last)
      writing = writePortion(run, portion)
      // A failure is met where either is waited for, be it a while later.
      for (const going of [saving, writing]) going.catch(() => undefined)
      last = portion
    }
  } finally {
    // Nothing goes on any more when this is left, whichever of them failed.
    await Promise.allSettled([writing, saving])
    await writing
    await saving
    await saveBaselines(run, last)
  }
  return report(run, await countGone(run))
}

async function openRun(context: NodeContext, options: ImportOptions): Promise<Run> {
  const { registry, baselines } = context.store
  const ns = namespaceOf(requireWriter({ registry, signer: context.signer }))
  const { profile } = registry
  const feed = await openFeed(options, () => {
    if (profile !== undefined) prepareProblems(profile)
  })
  const own = baselines(ns, options.source ?? feed.format)
  return {
    context,
    options,
    feed,
    ns,
    baselines: own,
    isFirst: await own.isEmpty(),
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

/** What to write of a part of the feed; the records by `kind/local` and as they were here. */
type Portion = {
  readonly plan: ImportPlan
  readonly recs: readonly string[]
  readonly views: readonly (View | undefined)[]
}

async function writePortion(run: Run, { plan, recs, views }: Portion): Promise<void> {
  const { tally, options } = run
  tally.added += plan.added
  tally.changed += plan.changes.length - plan.added
  tally.unchanged += plan.unchanged
  for (const { code, count } of plan.notes) {
    tally.notes.set(code, (tally.notes.get(code) ?? 0) + count)
  }
  const written = options.dryRun ? undefined : await writePlan(run, plan)
  const changed = new Set(written === undefined ? [] : plan.changes.map((change) => change.rec))
  for (const [i, view] of views.entries()) {
    const isIncomplete = view !== undefined && view.problems.length > 0
    if (isIncomplete && !changed.has(recs[i] ?? '')) tally.problems += 1
  }
  tally.problems += written?.problems ?? 0
  tally.commits += written?.commits.length ?? 0
  tally.done += recs.length
  options.onProgress?.(tally.done + tally.errors.length, run.feed.total)
}

/** Saves what the feed had of the records of a portion, which has been written. */
async function saveBaselines(
  { options, baselines }: Run,
  portion: Portion | undefined,
): Promise<void> {
  if (portion === undefined || options.dryRun) return
  await baselines.save(portion.plan.nextBaselines)
}

async function planPortion(run: Run, part: FeedPart): Promise<Portion> {
  const { tally, ns, baselines, context } = run
  for (const error of part.errors) {
    tally.errors.push(error)
    if (error.rec !== null) tally.recs.add(error.rec)
  }
  const recs = part.records.map(({ kind, local }) => `${kind}/${local}`)
  for (const rec of recs) tally.recs.add(rec)
  const ids = part.records.map(({ kind, local }) => ({ ns, kind, local }))
  const last = run.isFirst ? [] : await baselines.load(recs)
  const views = await context.store.registry.catalogue.records(ids)
  const plan = planImport({ ...planningAt(run), part, current: views, baselines: last })
  return { plan, recs, views }
}

function planningAt({ context, ns }: Run): Pick<ImportInput, 'profile' | 'rights'> {
  const { registry } = context.store
  const { profile, roster } = registry
  const writer = requireWriter({ registry, signer: context.signer })
  if (profile === undefined || roster === undefined) throw new MuluError('MULU_PROFILE_MISSING')
  const log = { ns, aud: 1, writer: writer.client } as const
  return { profile, rights: { classify: hasRight(roster.state, log, 'classify') } }
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
    changes,
  })
}

/** How many records of the last run the feed no longer has; nothing is done to them. */
async function countGone({ baselines, tally, isFirst }: Run): Promise<number> {
  if (isFirst) return 0
  let gone = 0
  for await (const page of baselines.recs()) {
    for (const rec of page) if (!tally.recs.has(rec)) gone += 1
  }
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
