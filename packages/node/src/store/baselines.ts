/**
 * What each import left behind, per namespace and source, so that the next run of the same feed
 * can tell its own news from edits made here. Sublevel `work`:
 *
 * key    baseline/<ns>/<source, percent-encoded>/<kind/local>
 * value  JSON {path: hash of the value that the feed had}
 */
import type { Database } from '@mulu/registry-core'

/** Path to the hash of the value that the feed had. */
export type Baseline = Readonly<Record<string, string>>

/** Baselines of imports. */
export type Baselines = {
  readonly load: (ns: number, source: string) => Promise<ReadonlyMap<string, Baseline>>
  readonly save: (
    ns: number,
    source: string,
    baselines: ReadonlyMap<string, Baseline>,
  ) => Promise<void>
}

/** Rows in one batch; bounds the memory of a large import. */
const BATCH_ROWS = 1_024

/** Baselines kept in the sublevel `work` of a database that may be opened again meanwhile. */
export function createBaselines(database: () => Promise<Database>): Baselines {
  const rows = async () => (await database()).sublevel<string, string>('work', {})
  return {
    load: async (ns, source) => {
      const start = prefix(ns, source)
      const found = new Map<string, Baseline>()
      const range = { gte: start, lt: `${start}\u{10ffff}` }
      for await (const [key, value] of (await rows()).iterator(range)) {
        found.set(key.slice(start.length), JSON.parse(value) as Baseline)
      }
      return found
    },
    save: async (ns, source, baselines) => {
      const all = [...baselines]
      const start = prefix(ns, source)
      for (let from = 0; from < all.length; from += BATCH_ROWS) {
        const puts = all.slice(from, from + BATCH_ROWS).map(([rec, baseline]) => ({
          type: 'put' as const,
          key: start + rec,
          value: JSON.stringify(baseline),
        }))
        await (await rows()).batch(puts)
      }
    },
  }
}

function prefix(ns: number, source: string): string {
  return `baseline/${ns}/${encodeURIComponent(source)}/`
}
