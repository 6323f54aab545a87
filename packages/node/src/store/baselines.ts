/**
 * What each import left behind, per namespace and source, so that the next run of the same feed
 * can tell its own news from edits made here. Sublevel `work`:
 *
 * key    baseline/<ns>/<source, percent-encoded>/<kind/local>
 * value  JSON {path: value that the feed had}
 */
import type { Baseline, Database } from '@mulu/registry-core'
import { type WorkRows, workRowsOf } from './work-rows.ts'

/** Baselines of one source in one namespace. */
export type Baselines = {
  /** The baselines of some records in the same order; undefined where there is none. */
  readonly load: (recs: readonly string[]) => Promise<readonly (Baseline | undefined)[]>
  readonly save: (baselines: ReadonlyMap<string, Baseline>) => Promise<void>
  /** `kind/local` of every record that has one. */
  readonly recs: () => AsyncIterable<string>
}

/** Baselines kept in the sublevel `work` of a database that may be opened again meanwhile. */
export function createBaselines(
  database: () => Promise<Database>,
  ns: number,
  source: string,
): Baselines {
  const start = `baseline/${ns}/${encodeURIComponent(source)}/`
  const rows = async (): Promise<WorkRows> => workRowsOf(await database())
  return {
    load: async (recs) => {
      const found = await (await rows()).getMany(recs.map((rec) => start + rec))
      return found.map((text) => (text === undefined ? undefined : (JSON.parse(text) as Baseline)))
    },
    save: async (baselines) => {
      const puts = [...baselines].map(([rec, baseline]) => ({
        type: 'put' as const,
        key: start + rec,
        value: JSON.stringify(baseline),
      }))
      await (await rows()).batch(puts)
    },
    recs: async function* recs() {
      const range = { gte: start, lt: `${start}\u{10ffff}` }
      for await (const key of (await rows()).keys(range)) yield key.slice(start.length)
    },
  }
}
