import type { NodeContext } from '../node-context.ts'

/** What an index that was built anew holds. */
export type Reindexed = { readonly records: number }

/** Builds the search index anew; the node goes on serving from the old one until it is done. */
export async function reindex(
  { store }: NodeContext,
  onProgress: (done: number, total: number) => void,
): Promise<Reindexed> {
  await store.registry.reindex(onProgress)
  return { records: store.registry.totals().records }
}
