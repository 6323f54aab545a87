/**
 * What other nodes said they had, in the last bundle of each: the next one for it carries only what
 * it lacks. Sublevel `work`: key `carried/<writer>`, value hex of the parts `from` and `heads`.
 */
import {
  type Carried,
  type Database,
  decodeCbor,
  decodePart,
  encodeCbor,
  encodePart,
  fromHex,
  type Part,
  toHex,
} from '@mulu/registry-core'
import { putRows, workRowsOf } from '../store/work-rows.ts'

type From = Extract<Part, { t: 'from' }>

/** What was said, and when. */
export type CarriedHeads = Carried & { readonly madeMs: number }

/** What the node of a writer said last; undefined before its first bundle. */
export async function loadCarried(db: Database, writer: number): Promise<CarriedHeads | undefined> {
  const text = await workRowsOf(db).get(keyOf(writer))
  if (text === undefined) return undefined
  const stored = decodeCbor(fromHex(text)) as readonly Uint8Array[]
  const parts = stored.map((bytes) => decodePart(bytes))
  const from = parts.find((part): part is From => part.t === 'from')
  if (from === undefined) return undefined
  const heads = parts.flatMap((part) => (part.t === 'heads' ? part.heads : []))
  const { roster, orders, madeMs } = from
  return { roster, orders, madeMs, heads }
}

/** Keeps what a node said, unless it has said something later. */
export async function saveCarried(
  db: Database,
  writer: number,
  introduction: readonly Part[],
): Promise<void> {
  const [from] = introduction
  if (from?.t !== 'from') return
  const before = await loadCarried(db, writer)
  if (before !== undefined && before.madeMs > from.madeMs) return
  const said = toHex(encodeCbor(introduction.map((part) => encodePart(part))))
  await putRows(db, [[keyOf(writer), said]])
}

function keyOf(writer: number): string {
  return `carried/${writer}`
}
