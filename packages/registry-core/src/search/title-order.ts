/**
 * The first records in order of their sort titles. Each part knows the order of its own
 * documents; only the titles around the place where the page begins are read.
 */
import type { Store } from '../store/store.ts'
import type { PartMatches } from './answer.ts'
import type { SortKey } from './cursor.ts'
import { bitsOf, hasBit } from './doc-set.ts'
import type { Generation } from './generation.ts'
import { Segment } from './segment.ts'
import type { Tail } from './tail.ts'

/** A record with its place in the order. */
export type Titled = { readonly ordinal: number; readonly title: string }

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
  generation: Generation,
  matches: readonly PartMatches[],
  { limit, after, isLast }: TitleRange,
): Promise<readonly Titled[] | undefined> {
  const found = await Promise.all(
    matches.map(async ({ part, docs }) => {
      const order = part instanceof Segment ? await part.titleOrder(store) : orderOf(part as Tail)
      const bits = bitsOf(docs)
      const { ordinals } = part.columns
      const listed = Array.from(
        order.filter((doc) => hasBit(bits, doc)),
        (doc) => ordinals[doc] as number,
      )
      const start = after === undefined ? 0 : await startAfter(generation, listed, after)
      return titled(generation, listed.slice(start, start + limit), isLast)
    }),
  )
  const all: Titled[] = []
  for (const some of found) {
    if (some === undefined) return undefined
    all.push(...some)
  }
  return all.sort(compareTitled).slice(0, limit)
}

function orderOf({ titles }: Tail): Uint16Array {
  return Uint16Array.from(titles.keys()).sort((a, b) => {
    const [left, right] = [titles[a] as string, titles[b] as string]
    if (left === right) return a - b
    return left < right ? -1 : 1
  })
}

async function startAfter(
  generation: Generation,
  listed: readonly number[],
  after: SortKey,
): Promise<number> {
  const place = { title: after.text, ordinal: after.numbers[0] ?? 0 }
  let low = 0
  let high = listed.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const [at] = (await titled(generation, listed.slice(middle, middle + 1))) ?? []
    if (at !== undefined && compareTitled(at, place) <= 0) low = middle + 1
    else high = middle
  }
  return low
}

async function titled(
  generation: Generation,
  ordinals: readonly number[],
  isLast = false,
): Promise<readonly Titled[] | undefined> {
  const forms = await generation.forms(ordinals)
  const found: Titled[] = []
  for (const [i, form] of forms.entries()) {
    if (form === undefined && !isLast) return undefined
    if (form !== undefined) found.push({ ordinal: ordinals[i] as number, title: form.title })
  }
  return found
}

function compareTitled(a: Titled, b: Titled): number {
  if (a.title === b.title) return a.ordinal - b.ordinal
  return a.title < b.title ? -1 : 1
}
