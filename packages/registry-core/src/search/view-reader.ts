import type { View } from '../record/view.ts'

/** Where an index finds the records it is made of, by their keys in the store. */
export interface ViewReader {
  /** The views of records, in the order of the keys. */
  read(keys: readonly string[]): Promise<readonly (View | undefined)[]>
  /** The first records after a key, in order of keys. */
  after(
    key: string,
    limit: number,
  ): Promise<readonly (readonly [key: string, view: View | undefined])[]>
  /** All records as they stand at the time of the call. */
  all(): AsyncIterable<readonly [key: string, view: View]>
}
