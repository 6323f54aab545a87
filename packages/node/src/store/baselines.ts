/**
 * What each import left behind, per namespace and source, so that the next run of the same feed
 * can tell its own news from edits made here. Sublevel `work`:
 *
 * key    baseline/<ns>/<source, percent-encoded>/<kind/local>
 * value  JSON {path: value that the feed had}, `ERASED` for one that a lawful order erased
 */
import {
  type Baseline,
  type Database,
  type DueField,
  ERASED,
  isSameJson,
} from '@mulu/registry-core'

/** Baselines of one source in one namespace. */
export type Baselines = {
  /** The baselines of some records in the same order; undefined where there is none. */
  readonly load: (recs: readonly string[]) => Promise<readonly (Baseline | undefined)[]>
  readonly save: (baselines: ReadonlyMap<string, Baseline>) => Promise<void>
  /** `kind/local` of every record that has one. */
  readonly recs: () => AsyncIterable<string>
}

type Rows = ReturnType<typeof openRows>

const rowsByDatabase = new WeakMap<Database, Rows>()

/** The sublevel of a database, opened once. */
function rowsOf(db: Database): Rows {
  const known = rowsByDatabase.get(db) ?? openRows(db)
  rowsByDatabase.set(db, known)
  return known
}

function openRows(db: Database) {
  return db.sublevel<string, string>('work', {})
}

/**
 * Takes values out of all baselines of a record, where they are those that a lawful order erases
 * and `isShown` does not say that the record still has them.
 */
export async function eraseFromBaselines(
  db: Database,
  fields: readonly DueField[],
  isShown: (field: DueField) => Promise<boolean>,
): Promise<void> {
  const rows = rowsOf(db)
  for (const field of fields) {
    const start = `baseline/${field.ns}/`
    for await (const key of rows.keys({ gte: start, lt: `${start}\u{10ffff}` })) {
      if (!key.endsWith(`/${field.rec}`)) continue
      const baseline = JSON.parse((await rows.get(key)) ?? '{}') as Baseline
      const isIt = field.value !== undefined && isSameJson(baseline[field.path], field.value)
      if (!isIt || (await isShown(field))) continue
      await rows.put(key, JSON.stringify({ ...baseline, [field.path]: ERASED }))
    }
  }
}

/** Baselines kept in the sublevel `work` of a database that may be opened again meanwhile. */
export function createBaselines(
  database: () => Promise<Database>,
  ns: number,
  source: string,
): Baselines {
  const start = `baseline/${ns}/${encodeURIComponent(source)}/`
  const rows = async (): Promise<Rows> => rowsOf(await database())
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
