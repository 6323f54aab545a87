import type { Columns } from './columns.ts'

/** Some documents of the index: a segment, which is stored, or a tail, which is not yet. */
export interface Part {
  readonly columns: Columns
  /** One bit for each document that is still the present form of its record. */
  readonly alive: Uint32Array
  living: number
}
