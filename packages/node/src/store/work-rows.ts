/** The sublevel `work` of a node's database: what the shell keeps beside the registry. */
import type { Database, Sublevel } from '@mulu/registry-core'

export type WorkRows = Sublevel<string>

const rowsByDatabase = new WeakMap<Database, WorkRows>()

/** The rows of a database, opened once. */
export function workRowsOf(db: Database): WorkRows {
  const known = rowsByDatabase.get(db) ?? openRows(db)
  rowsByDatabase.set(db, known)
  return known
}

function openRows(db: Database): WorkRows {
  return db.sublevel<string, string>('work', {})
}
