import type { OrderShown } from '../status/orders.ts'

/** An order in a line: number, what it does, whether it counts, id. */
export function orderLine({ number, type, writer, office, code, id }: OrderShown): string {
  const act = type === 'admit' ? 'admits' : 'closes'
  const name = office === null ? '' : ` (${office})`
  const counts = code === null ? 'counts' : `does not count: ${code}`
  return `${number}: ${act} writer ${writer}${name}, ${counts}  ${id}`
}
