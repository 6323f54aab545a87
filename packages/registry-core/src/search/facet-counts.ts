/** How many documents of a result have each value of a filter. */

import type { Column } from './columns.ts'
import { andNot, type DocSet, listOf, setOfList } from './doc-set.ts'
import { type FilterName, filterOf, isRange, type Owner } from './filters.ts'
import type { Part } from './part.ts'

/** The counts of one filter over all parts. */
export class FacetCounts {
  readonly #name: FilterName
  readonly #ownerOf: (ns: number) => Owner
  /** By combination of values, as the parts keep them. */
  readonly #counts = new Map<string, { readonly kept: readonly string[]; count: number }>()

  constructor(name: FilterName, ownerOf: (ns: number) => Owner) {
    this.#name = name
    this.#ownerOf = ownerOf
  }

  /** Counts living documents of a part; where most of it is meant, what is left out is counted. */
  add(part: Part, docs: DocSet): void {
    if (docs.size === 0) return
    const column = part.columns.column(this.#name)
    const isMost = docs.size * 2 > part.counted.size
    const counted = listOf(isMost ? andNot(part.counted, docs) : docs)
    const counts = new Uint32Array(column.combinations.length)
    const { of } = column
    for (let i = 0; i < counted.length; i++) {
      const number = of[counted[i] as number] as number
      counts[number] = (counts[number] as number) + 1
    }
    for (let number = 0; number < counts.length; number++) {
      const some = counts[number] as number
      const count = isMost ? (column.living[number] as number) - some : some
      if (count > 0) this.#addCombination(column, number, count)
    }
  }

  /** The values with their counts, the most frequent first. */
  sorted(): readonly { readonly value: string; readonly count: number }[] {
    const byValue = new Map<string, number>()
    for (const { kept, count } of this.#counts.values()) {
      for (const value of shownValues(this.#name, kept, this.#ownerOf)) {
        byValue.set(value, (byValue.get(value) ?? 0) + count)
      }
    }
    return [...byValue]
      .map(([value, count]) => ({ value, count }))
      .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
  }

  #addCombination(column: Column, number: number, count: number): void {
    const key = column.keys[number] as string
    const known = this.#counts.get(key)
    if (known !== undefined) known.count += count
    else this.#counts.set(key, { kept: column.combinations[number] as string[], count })
  }
}

/** The values that a combination shows, with those above them, each once. */
export function shownValues(
  name: FilterName,
  kept: readonly string[],
  ownerOf: (ns: number) => Owner,
): Iterable<string> {
  const { show } = filterOf(name)
  if (show === undefined) return kept.length > 1 ? new Set(kept) : kept
  const [first] = kept
  if (kept.length === 1 && first !== undefined) return show(first, ownerOf)
  return new Set(kept.flatMap((value) => show(value, ownerOf)))
}

/** The documents of a set that a filter lets through. */
export function filtered(
  part: Part,
  docs: DocSet,
  name: FilterName,
  wanted: ReadonlySet<string>,
  ownerOf: (ns: number) => Owner,
): DocSet {
  const { combinations, of } = part.columns.column(name)
  const { isWithin } = filterOf(name)
  const ranges = isWithin && [...wanted].filter((value) => isRange(name, value))
  const passes = combinations.map((kept) => {
    if (ranges?.some((range) => kept.some((value) => isWithin?.(value, range) === true))) return 1
    for (const value of shownValues(name, kept, ownerOf)) if (wanted.has(value)) return 1
    return 0
  })
  return keepPassing(docs, of, Uint8Array.from(passes))
}

function keepPassing(docs: DocSet, of: Uint16Array, passes: Uint8Array): DocSet {
  const list = listOf(docs)
  const kept = new Uint16Array(list.length)
  let size = 0
  for (let i = 0; i < list.length; i++) {
    const doc = list[i] as number
    kept[size] = doc
    size += passes[of[doc] as number] as number
  }
  return setOfList(kept.subarray(0, size))
}
