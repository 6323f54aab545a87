/**
 * What each import left behind, per namespace and source, so that the next run of the same feed
 * can tell its own news from edits made here. Sublevel `work`:
 *
 * key    baseline/<ns>/<source, percent-encoded>/<kind/local>
 * value  the fields that the feed had, as a text (fieldsToText)
 */
import type { Database } from '@mulu/registry-core'
import { type WorkRows, workRowsOf } from './work-rows.ts'

/** Baselines of one source in one namespace. */
export type Baselines = {
  /** The baselines of some records in the same order; undefined where there is none. */
  readonly load: (recs: readonly string[]) => Promise<readonly (string | undefined)[]>
  readonly save: (texts: ReadonlyMap<string, string>) => Promise<void>
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
    load: async (recs) => (await rows()).getMany(recs.map((rec) => start + rec)),
    save: async (texts) => {
      const puts = [...texts].map(([rec, value]) => ({
        type: 'put' as const,
        key: start + rec,
        value,
      }))
      await (await rows()).batch(puts)
    },
    recs: async function* recs() {
      const range = { gte: start, lt: `${start}\u{10ffff}` }
      for await (const key of (await rows()).keys(range)) yield key.slice(start.length)
    },
  }
}
