/** The parts that a segment can be made of. */
import type { Store } from '../store/store.ts'
import type { Generation } from './generation.ts'
import type { Segment } from './segment.ts'
import type { Source, TermOccurrences } from './segment-writer.ts'
import type { Tail } from './tail.ts'

const TERMS = 512
const FORMS = 4_096

/** A tail as a source. */
export function tailSource(tail: Tail): Source {
  return {
    columns: tail.columns,
    alive: tail.living.bits.slice(),
    titles: () => Promise.resolve(tail.titles),
    terms: async function* terms() {
      let block: TermOccurrences[] = []
      for (const term of tail.sortedTerms()) {
        block.push(term)
        if (block.length < TERMS) continue
        yield block
        block = []
      }
      if (block.length > 0) yield block
    },
  }
}

/** A segment as a source. */
export function segmentSource(
  store: Store,
  forms: Pick<Generation, 'forms'>,
  segment: Segment,
): Source {
  const { columns } = segment
  return {
    columns,
    alive: segment.living.bits.slice(),
    titles: async () => {
      const titles: string[] = []
      for (let from = 0; from < columns.size; from += FORMS) {
        const ordinals = Array.from(
          columns.ordinals.subarray(from, Math.min(columns.size, from + FORMS)),
        )
        for (const form of await forms.forms(ordinals)) titles.push(form?.title ?? '')
      }
      return titles
    },
    terms: () => segment.terms(store),
  }
}
