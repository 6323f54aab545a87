/** Documents that are out of date. */
import { hasBit } from './doc-set.ts'
import type { Segment } from './segment.ts'
import type { Source } from './segment-writer.ts'
import type { Tail } from './tail.ts'

/** Takes a document out of what is found and counted. */
export function bury(part: Segment | Tail, doc: number): void {
  part.living.delete(doc)
  part.columns.bury(doc)
}

/** What went out of date in a part while a segment was made of it is so in the segment too. */
export function buryAlike(part: Segment | Tail, made: Segment): void {
  for (let doc = 0; doc < part.columns.size; doc++) {
    if (part.living.has(doc)) continue
    const there = made.columns.docOf(part.columns.ordinals[doc] as number)
    if (there !== undefined && made.living.has(there)) bury(made, there)
  }
}

/** The ordinals of what a source leaves out. */
export function deadOrdinals({ columns, alive }: Source): readonly number[] {
  const dead: number[] = []
  for (let doc = 0; doc < columns.size; doc++) {
    if (!hasBit(alive, doc)) dead.push(columns.ordinals[doc] as number)
  }
  return dead
}
