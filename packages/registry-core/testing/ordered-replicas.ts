/** Replicas that take orders and write in the namespace of the agency that gives them. */
import { decodeCommit } from '../src/commit/commit.ts'
import type { Registry } from '../src/registry.ts'
import type { Order } from '../src/roster/order.ts'
import type { OrderOutcome } from '../src/roster/ordered-chain.ts'
import { logOf } from './orders.ts'

/** Offers orders; what became of each. */
export async function take(
  registry: Registry,
  ...orders: readonly Order[]
): Promise<readonly OrderOutcome[]> {
  const taken = await registry.takeOrders(orders.map(({ bytes }) => bytes))
  return taken.map(({ outcome }) => outcome)
}

/** Writes the title of a record. */
export const write = (registry: Registry, local: string): ReturnType<Registry['write']> =>
  registry.write({
    ...{ ns: 2, aud: 1, actor: 'test' },
    changes: [{ rec: `resource/${local}`, set: { 'title/en': local } }],
  })

/** Which of the records `a`, `b` and `c` there are. */
export async function recordsOf(registry: Registry): Promise<string> {
  const found: string[] = []
  for (const local of ['a', 'b', 'c']) {
    const view = await registry.catalogue.record({ ns: 2, kind: 'resource', local })
    if (view !== undefined) found.push(local)
  }
  return found.join('')
}

/** Brings the public log of a writer from one replica to another; what became of the commits. */
export async function copyLog(
  from: Registry,
  to: Registry,
  writer: number,
): Promise<readonly string[]> {
  const { commits } = await from.readLog(logOf(writer), 1, 1_000_000)
  const acceptances = await to.accept(commits.map(decodeCommit))
  return acceptances.map(({ outcome }) => outcome.kind)
}
