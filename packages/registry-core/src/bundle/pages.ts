/** When a page is full. */
export type PageLimits = { readonly bytes: number; readonly count: number }

/** Gathers items into pages, in order; one that is larger than a page stands alone. */
export async function* pagesOf<T>(
  items: Iterable<T> | AsyncIterable<T>,
  sizeOf: (item: T) => number,
  { bytes, count }: PageLimits,
): AsyncGenerator<readonly T[]> {
  let page: T[] = []
  let length = 0
  for await (const item of items) {
    const size = sizeOf(item)
    if (page.length > 0 && (length + size > bytes || page.length >= count)) {
      yield page
      page = []
      length = 0
    }
    page.push(item)
    length += size
  }
  if (page.length > 0) yield page
}
