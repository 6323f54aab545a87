/**
 * The order of many terms by their code units. Comparing strings takes most of the time of a sort,
 * so terms are sorted as numbers made of two code units and the term's number, and those that begin
 * alike by their next two.
 */
const UNIT = 65_536
/** A key is 32 bits of two code units before 21 of the number: what a double holds exactly. */
const NUMBERS_MAX = 2 ** 21
/** Below this many, comparing is faster. */
const FEW = 24
/** Terms that are alike for longer are rare, and are compared. */
const DEPTH_MAX = 64

/** The numbers of the terms, in the order of the terms. */
export function orderOfTerms(terms: readonly string[]): Uint32Array {
  const order = new Uint32Array(terms.length)
  for (let i = 0; i < order.length; i++) order[i] = i
  if (terms.length > NUMBERS_MAX) compareAll(terms, order)
  else sortFrom(terms, order, 0)
  return order
}

/** Sorts terms that have their first `depth` code units in common. */
function sortFrom(terms: readonly string[], order: Uint32Array, depth: number): void {
  if (order.length < FEW) {
    insertEach(terms, order)
    return
  }
  if (depth > DEPTH_MAX) {
    compareAll(terms, order)
    return
  }
  const keys = new Float64Array(order.length)
  for (let i = 0; i < order.length; i++) {
    const number = order[i] as number
    const term = terms[number] as string
    keys[i] = (unitAt(term, depth) * UNIT + unitAt(term, depth + 1)) * NUMBERS_MAX + number
  }
  keys.sort()
  for (let i = 0; i < keys.length; i++) order[i] = (keys[i] as number) % NUMBERS_MAX
  for (let from = 0; from < keys.length; ) {
    const begins = Math.floor((keys[from] as number) / NUMBERS_MAX)
    let to = from + 1
    while (to < keys.length && Math.floor((keys[to] as number) / NUMBERS_MAX) === begins) to++
    if (to - from > 1) sortFrom(terms, order.subarray(from, to), depth + 2)
    from = to
  }
}

function unitAt(term: string, at: number): number {
  return at < term.length ? term.charCodeAt(at) : 0
}

/** What the engine's sort does before it begins takes longer than to sort a few. */
function insertEach(terms: readonly string[], order: Uint32Array): void {
  for (let i = 1; i < order.length; i++) {
    const number = order[i] as number
    const term = terms[number] as string
    let at = i
    for (; at > 0 && (terms[order[at - 1] as number] as string) > term; at--) {
      order[at] = order[at - 1] as number
    }
    order[at] = number
  }
}

function compareAll(terms: readonly string[], order: Uint32Array): void {
  order.sort((a, b) => {
    const [left, right] = [terms[a] as string, terms[b] as string]
    if (left === right) return 0
    return left < right ? -1 : 1
  })
}
