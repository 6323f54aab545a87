/**
 * What changed between two moments, by agency. The commits between them name the records, so the
 * cost follows what changed and not what there is.
 */
import type { ReadCommit } from '../commit/commit.ts'
import { MuluError } from '../errors.ts'
import type { LogKey } from '../log/log.ts'
import type { View } from '../record/view.ts'
import { textOf } from '../search/filters.ts'
import { recordKey, type Scope } from '../store/store.ts'
import { type Moment, positionAt } from './moment.ts'
import type { PastDocuments } from './past-documents.ts'

/** What became of a record between two moments. */
export type Fate = 'added' | 'changed' | 'withdrawn' | 'published' | 'removed'

/** One agency's records that differ. */
export type Difference = { readonly agency: number } & Readonly<Record<Fate, number>> & {
    /** The first of them by id. */
    readonly records: readonly { readonly id: string; readonly fate: Fate }[]
  }

/** What differences are found with. */
export type DifferenceContext = {
  readonly documents: PastDocuments
  readonly commitAt: (log: LogKey, seq: number) => Promise<ReadCommit | undefined>
  readonly agencyOf: (ns: number) => number
  /** Whether the records of a namespace are held, and not their headers alone. */
  readonly isHeld: (ns: number) => boolean
}

/** Records written between two moments that one answer looks at. */
export const DIFFERENCE_RECORDS_MAX = 100_000
const RECORDS_SHOWN = 100

/**
 * The agencies whose records differ, in the order of their numbers; MULU_QUERY when too many do,
 * MULU_PARTIAL for one agency whose records are not held here.
 */
export async function differencesBetween(
  context: DifferenceContext,
  from: Moment,
  to: Moment,
  agency: number | undefined,
): Promise<readonly Difference[]> {
  const found = new Map<number, Difference>()
  let left = DIFFERENCE_RECORDS_MAX
  for (const ns of [...to.heads.keys()].sort((a, b) => a - b)) {
    const owner = context.agencyOf(ns)
    if (agency !== undefined && owner !== agency) continue
    if (!context.isHeld(ns)) {
      if (agency === undefined) continue
      throw new MuluError('MULU_PARTIAL', { details: { agency } })
    }
    const recs = await writtenBetween(context, ns, from, to, left)
    left -= recs.size
    const fates = await fatesOf(context, { ns, aud: 1 }, recs, from, to)
    found.set(owner, withFates(found.get(owner) ?? none(owner), fates))
  }
  return [...found.values()]
    .filter((each) => each.records.length > 0)
    .sort((a, b) => a.agency - b.agency)
}

async function writtenBetween(
  { commitAt }: DifferenceContext,
  ns: number,
  from: Moment,
  to: Moment,
  most: number,
): Promise<ReadonlySet<string>> {
  const recs = new Set<string>()
  for (const [writer, end] of to.heads.get(ns) ?? []) {
    for (let seq = positionAt(from, ns, writer) + 1; seq <= end; seq++) {
      const commit = await commitAt({ ns, aud: 1, writer }, seq)
      for (const { rec } of commit?.read.entries ?? []) recs.add(rec)
      if (recs.size > most) {
        const reason = `More than ${DIFFERENCE_RECORDS_MAX} records changed; ask for less time or one agency.`
        throw new MuluError('MULU_QUERY', { details: { parameter: 'from', reason } })
      }
    }
  }
  return recs
}

type Fated = { readonly id: string; readonly fate: Fate }

async function fatesOf(
  { documents }: DifferenceContext,
  scope: Scope,
  recs: ReadonlySet<string>,
  from: Moment,
  to: Moment,
): Promise<readonly Fated[]> {
  const fates: Fated[] = []
  for (const rec of [...recs].sort()) {
    const key = recordKey(scope, rec)
    const before = await documents.view(key, from)
    const after = await documents.view(key, to)
    const fate = fateOf(before, after)
    if (fate !== undefined) fates.push({ id: (after ?? before)?.id ?? rec, fate })
  }
  return fates
}

function fateOf(before: View | undefined, after: View | undefined): Fate | undefined {
  if (before === undefined) return after === undefined ? undefined : 'added'
  if (after === undefined) return 'removed'
  if (before.etag === after.etag) return undefined
  const [was, is] = [before, after].map(({ fields }) => textOf(fields['state']))
  if (was !== is && is === 'withdrawn') return 'withdrawn'
  return was === 'withdrawn' && is === 'published' ? 'published' : 'changed'
}

function withFates(before: Difference, fates: readonly Fated[]): Difference {
  const counts = { ...before }
  for (const { fate } of fates) counts[fate] += 1
  const records = [...before.records, ...fates].slice(0, RECORDS_SHOWN)
  return { ...counts, records }
}

function none(agency: number): Difference {
  return { agency, added: 0, changed: 0, withdrawn: 0, published: 0, removed: 0, records: [] }
}
