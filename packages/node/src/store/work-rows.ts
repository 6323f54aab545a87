/**
 * The sublevel `work` of a node's database: what the shell keeps beside the registry. What backups
 * have to carry is written by `putRows`, which notes beside it what has changed when, so that a
 * backup carries only that. Sublevel `workNews`:
 *
 * key    revision (12 hex), from 1; the newest 1,024 are kept
 * value  JSON, the keys of the rows that were written then
 *
 * and under `line` a random text: the revisions are those of this store and no other.
 */
import { type Database, Queue, type Row, type Sublevel } from '@mulu/registry-core'

export type WorkRows = Sublevel<string>

/** A database as it was at a moment. */
export type Snapshot = ReturnType<Database['snapshot']>

/** How far the rows had come, and in which store. */
export type RowsMark = { readonly line: string; readonly revision: number }

const NEWS_KEPT = 1_024
const REVISION_DIGITS = 12
const LINE = 'line'
/** Behind all revisions, before `line`. */
const REVISIONS_END = 'g'

type Rows = { readonly work: WorkRows; readonly news: WorkRows; readonly queue: Queue }

const rowsByDatabase = new WeakMap<Database, Rows>()

/** The rows of a database, opened once. */
export function workRowsOf(db: Database): WorkRows {
  return rowsOf(db).work
}

function rowsOf(db: Database): Rows {
  const known = rowsByDatabase.get(db) ?? openRows(db)
  rowsByDatabase.set(db, known)
  return known
}

function openRows(db: Database): Rows {
  const open = (name: string): WorkRows => db.sublevel<string, string>(name, {})
  return { work: open('work'), news: open('workNews'), queue: new Queue() }
}

/** Writes rows and the note that they have changed, as one. */
export async function putRows(db: Database, rows: readonly Row[]): Promise<void> {
  if (rows.length === 0) return
  const { work, news, queue } = rowsOf(db)
  // One after the other: whoever reads a revision has all that come before it.
  await queue.run(async () => {
    const at = (await lastRevision(news)) + 1
    const changed = JSON.stringify(rows.map(([key]) => key))
    const old = at - NEWS_KEPT
    await db.batch<string, string>(
      [
        ...rows.map(([key, value]) => ({ type: 'put' as const, sublevel: work, key, value })),
        { type: 'put' as const, sublevel: news, key: revisionKey(at), value: changed },
        ...(old > 0 ? [{ type: 'del' as const, sublevel: news, key: revisionKey(old) }] : []),
      ],
      {},
    )
  })
}

/** How far the rows are; `drawLine` gives a random text where the store has none yet. */
export async function markRows(db: Database, drawLine: () => string): Promise<RowsMark> {
  const { news, queue } = rowsOf(db)
  return queue.run(async () => {
    const known = await news.get(LINE)
    const line = known ?? drawLine()
    if (known === undefined) await news.put(LINE, line)
    return { line, revision: await lastRevision(news) }
  })
}

/** Keys of rows that were written after a mark; undefined where that is not known here any more. */
export async function keysSince(
  db: Database,
  snapshot: Snapshot,
  mark: RowsMark,
  now: RowsMark,
): Promise<ReadonlySet<string> | undefined> {
  if (mark.line !== now.line || mark.revision > now.revision) return undefined
  if (now.revision - mark.revision > NEWS_KEPT) return undefined
  const range = { gt: revisionKey(mark.revision), lte: revisionKey(now.revision) }
  const keys = new Set<string>()
  for await (const text of rowsOf(db).news.values({ ...range, snapshot })) {
    for (const key of JSON.parse(text) as readonly string[]) keys.add(key)
  }
  return keys
}

async function lastRevision(news: WorkRows): Promise<number> {
  const [key] = await news.keys({ lt: REVISIONS_END, reverse: true, limit: 1 }).all()
  return key === undefined ? 0 : Number.parseInt(key, 16)
}

function revisionKey(revision: number): string {
  return revision.toString(16).padStart(REVISION_DIGITS, '0')
}
