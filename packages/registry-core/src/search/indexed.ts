/** What queries are answered from: an index as it is (generation.ts), or as it was (overlay.ts). */
import type { View } from '../record/view.ts'
import type { Form } from './form.ts'
import type { Lookup } from './lookup.ts'
import type { Part } from './part.ts'
import type { Segment } from './segment.ts'
import type { Tail } from './tail.ts'

/** Documents with their words. */
export interface Indexed {
  /** Changes when segments or tails are replaced. */
  readonly version: number
  readonly segments: readonly Segment[]
  readonly tails: readonly Tail[]
  /** Reads its segments; what it keeps at hand is of no other index. */
  readonly lookup: Lookup
  /** What queries see of a segment or a tail. */
  partOf(stored: Segment | Tail): Part
  /** The ordinal of a record by its key in the store; undefined where there is no such record. */
  placeOf(key: string): Promise<number | undefined>
  /** By ordinals; undefined where the index has moved on. */
  forms(ordinals: readonly number[]): Promise<readonly (Form | undefined)[]>
  /** The records of forms. */
  views(forms: readonly (Form | undefined)[]): Promise<readonly (View | undefined)[]>
}
