/**
 * The first records in order of their sort titles; those of one title by a hash of their id, which
 * stays when the index is built anew and is the same on every node. Each part knows the order of
 * its own documents; only the titles around the place where the page begins are read.
 */
import type { Store } from '../store/store.ts'
import type { PartMatches } from './answer.ts'
import type { SortKey } from './cursor.ts'
import { bitsOf, hasBit } from './doc-set.ts'
import type { Indexed } from './indexed.ts'
import type { Part } from './part.ts'

/** A record with its place in the order. */
export type Titled = { readonly ordinal: number; readonly tie: number; readonly title: string }

/** Which part of the order is wanted. */
export type TitleRange = {
  readonly limit: number
  readonly after: SortKey | undefined
  /** Leaves out what has no title here, instead of giving up. */
  readonly isLast: boolean
}

/** The first matches after a place; undefined when the index moved on meanwhile. */
export async function firstByTitle(
  store: Store,
  indexed: Indexed,
  matches: readonly PartMatches[],
  range: TitleRange,
): Promise<readonly Titled[] | undefined> {
  const found = await Promise.all(
    matches.map(async ({ part, docs }) => {
      const order = await part.titleOrder(store)
      const bits = bitsOf(docs)
      const listed = order.filter((doc) => hasBit(bits, doc))
      return firstOfPart({ indexed, part, listed, titles: new Map() }, range)
    }),
  )
  const all: Titled[] = []
  for (const some of found) {
    if (some === undefined) return undefined
    all.push(...some)
  }
  return all.sort(compareTitled).slice(0, range.limit)
}

/** The matching documents of a part in order of their titles, and the titles that were read. */
type Listed = {
  readonly indexed: Indexed
  readonly part: Part
  readonly listed: Uint16Array
  readonly titles: Map<number, string | undefined>
}

async function firstOfPart(
  list: Listed,
  { limit, after, isLast }: TitleRange,
): Promise<readonly Titled[] | undefined> {
  const [tie = 0, ordinal = 0] = after?.numbers ?? []
  const place = after && { title: after.text, tie, ordinal }
  const isWanted = (each: Titled): boolean => place === undefined || compareTitled(each, place) > 0
  const found: Titled[] = []
  let at = place === undefined ? 0 : await firstWith(list, 0, (title) => title >= place.title)
  while (at < list.listed.length && found.length < limit) {
    const title = await titleAt(list, at, limit + 1)
    if (title === undefined && !isLast) return undefined
    const end = title === undefined ? at + 1 : await endOfTitle(list, at, title)
    if (title !== undefined) {
      found.push(...sameTitle(list, at, end, title).filter(isWanted).sort(compareTitled))
    }
    at = end
  }
  return found.slice(0, limit)
}

/** Titles of neighbours mostly differ, so the end is looked for in steps that double. */
async function endOfTitle(list: Listed, at: number, title: string): Promise<number> {
  let from = at + 1
  let step = 1
  while (from < list.listed.length && (await titleAt(list, from)) === title) {
    from += step
    step *= 2
  }
  const to = Math.min(from, list.listed.length)
  return firstWith(list, Math.max(at + 1, from - step / 2), (other) => other > title, to)
}

/** The first place from `from` on whose title is so, `to` when none before it is. */
async function firstWith(
  list: Listed,
  from: number,
  isSo: (title: string) => boolean,
  to: number = list.listed.length,
): Promise<number> {
  let low = from
  let high = to
  while (low < high) {
    const middle = (low + high) >>> 1
    const title = await titleAt(list, middle)
    if (title !== undefined && !isSo(title)) low = middle + 1
    else high = middle
  }
  return low
}

function sameTitle({ part, listed }: Listed, from: number, to: number, title: string): Titled[] {
  const { ordinals, ties } = part.columns
  return Array.from(listed.subarray(from, to), (doc) => ({
    ordinal: ordinals[doc] as number,
    tie: ties[doc] as number,
    title,
  }))
}

/** The title at a place; those ahead are read with it. Undefined where the index moved on. */
async function titleAt(list: Listed, at: number, ahead = 1): Promise<string | undefined> {
  const { indexed, part, listed, titles } = list
  if (titles.has(at)) return titles.get(at)
  const docs = listed.subarray(at, at + ahead)
  const ordinals = Array.from(docs, (doc) => part.columns.ordinals[doc] as number)
  const forms = await indexed.forms(ordinals)
  for (const [i, form] of forms.entries()) titles.set(at + i, form?.title)
  return titles.get(at)
}

function compareTitled(a: Titled, b: Titled): number {
  if (a.title !== b.title) return a.title < b.title ? -1 : 1
  return a.tie - b.tie || a.ordinal - b.ordinal
}
