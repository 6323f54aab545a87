/**
 * What each import left behind, per namespace and source, so that the next run of the same feed
 * can tell its own news from edits made here. Sublevel `work`:
 *
 * key    baseline/<ns>/<source, percent-encoded>/<kind/local>
 * value  the fields that the feed had, as a text (fieldsToText); `ERASED` for one that a lawful
 *        order erased
 */
import {
  type Database,
  type DueField,
  ERASED,
  fieldsToText,
  isSameJson,
  textToFields,
} from '@mulu/registry-core'
import { putRows, type WorkRows, workRowsOf } from './work-rows.ts'

/** Records that are read together; one by one their keys take twice as long. */
const PAGE_RECS = 1_024

/** Baselines of one source in one namespace. */
export type Baselines = {
  /** The baselines of some records in the same order; undefined where there is none. */
  readonly load: (recs: readonly string[]) => Promise<readonly (string | undefined)[]>
  readonly save: (texts: Iterable<readonly [rec: string, text: string]>) => Promise<void>
  /** Whether no run has left any. */
  readonly isEmpty: () => Promise<boolean>
  /** `kind/local` of every record that has one, page by page. */
  readonly recs: () => AsyncIterable<readonly string[]>
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
  const rows = workRowsOf(db)
  for (const field of fields) {
    const start = `baseline/${field.ns}/`
    for await (const key of rows.keys({ gte: start, lt: `${start}\u{10ffff}` })) {
      if (!key.endsWith(`/${field.rec}`)) continue
      const baseline = textToFields((await rows.get(key)) ?? '[]')
      const isIt = field.value !== undefined && isSameJson(baseline[field.path], field.value)
      if (!isIt || (await isShown(field))) continue
      await putRows(db, [[key, fieldsToText({ ...baseline, [field.path]: ERASED })]])
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
  const range = { gte: start, lt: `${start}\u{10ffff}` }
  const rows = async (): Promise<WorkRows> => workRowsOf(await database())
  return {
    isEmpty: async () => (await (await rows()).keys({ ...range, limit: 1 }).all()).length === 0,
    load: async (recs) => (await rows()).getMany(recs.map((rec) => start + rec)),
    save: async (texts) => {
      const saved = Array.from(texts, ([rec, text]) => [start + rec, text] as const)
      await putRows(await database(), saved)
    },
    recs: async function* recs() {
      const keys = (await rows()).keys(range)
      try {
        for (;;) {
          const page = await keys.nextv(PAGE_RECS)
          if (page.length === 0) return
          yield page.map((key) => key.slice(start.length))
        }
      } finally {
        await keys.close()
      }
    },
  }
}
