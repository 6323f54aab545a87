/**
 * Every node makes the same of orders, and that which their definition says, computed here number
 * by number (ADR 0043): which key a number is bound to, and where orders end logs.
 */
import {
  audienceText,
  equalBytes,
  type Order,
  type Registry,
  type RosterState,
  reachRefusal,
  readOrder,
} from '../../../packages/registry-core/src/index.ts'
import {
  type Administrator,
  orderedWriter,
} from '../../../packages/registry-core/src/roster/administrators.ts'
import { finalEnd } from '../../../packages/registry-core/src/roster/grant.ts'
import type { World } from '../world.ts'
import type { Invariant } from './invariant.ts'

export const orders: Invariant = {
  name: 'orders',
  check: async ({ world, members }) => {
    const numbers = numbersOf(world)
    const digests = new Set<string>()
    for (const { registry, identity } of members) {
      const state = registry?.roster?.state
      if (registry === undefined || state === undefined) continue
      digests.add(registry.ordersDigest().join())
      const wrong = wrongWriter(state, numbers) ?? wrongClosing(registry, state, numbers)
      if (wrong !== undefined) return `${identity.name}: ${wrong}`
    }
    return digests.size > 1 ? 'digests over orders differ' : undefined
  },
}

/** One number of a key: all orders that have it, and the one that counts, if one does. */
type Numbered = {
  readonly number: number
  readonly orders: readonly Order[]
  readonly counting: Order | undefined
}

/** By all that is known at any sound node that runs. */
function numbersOf(world: World): readonly Numbered[] {
  const { rosters, newest } = world.federation
  const known = world.sound.flatMap(({ registry }) => registry?.orders() ?? [])
  const administrators = newest.state.administrators ?? []
  return administrators.flatMap((administrator, place): readonly Numbered[] => {
    const stand = (administrator.ended?.stand ?? []).map((bytes) => readOrder(world.crypto, bytes))
    const own = [...known.map(({ order }) => order), ...stand].filter(
      (order) =>
        equalBytes(order.by, administrator.key) && reachRefusal(rosters, order) === undefined,
    )
    const byNo = new Map<number, readonly Order[]>()
    for (const order of new Map(own.map((each) => [each.id.join(), each])).values()) {
      byNo.set(order.no, [...(byNo.get(order.no) ?? []), order])
    }
    return [...byNo].map(([no, all]) => ({
      number: orderedWriter(place, no),
      orders: all,
      counting: countingOf(administrator, all, stand),
    }))
  })
}

function countingOf(
  { ended }: Administrator,
  all: readonly Order[],
  stand: readonly Order[],
): Order | undefined {
  const counting =
    ended === undefined
      ? all
      : all.filter(({ id }) => stand.some((each) => equalBytes(each.id, id)))
  return counting.length === 1 ? counting[0] : undefined
}

function wrongWriter(state: RosterState, numbers: readonly Numbered[]): string | undefined {
  for (const { number, orders: all, counting } of numbers) {
    const writer = state.writers.get(number)
    const [only] = all.length === 1 ? all : [counting]
    const bound = only?.act.type === 'admit' ? only.act.key : undefined
    if (bound === undefined) {
      const isNobody = writer === undefined || writer.dispute === 'open'
      if (!isNobody) return `number ${number} is bound to a key that no order counts for`
      if (writer === undefined && all.length > 1) return `number ${number} is not in dispute`
      continue
    }
    if (writer === undefined || !equalBytes(writer.key, bound)) {
      return `number ${number} is bound to another key than its order says`
    }
    const isOpen = writer.grants.some(({ until }) => until === undefined)
    if (counting === undefined && isOpen) return `writer ${number} may write by no order`
  }
  return undefined
}

/** Every closing that counts ends the logs that it names, and no log is ended by one that does not. */
function wrongClosing(
  registry: Registry,
  state: RosterState,
  numbers: readonly Numbered[],
): string | undefined {
  const closings = numbers.flatMap(({ counting }) =>
    counting?.act.type === 'close' ? [{ act: counting.act, version: counting.roster[0] }] : [],
  )
  for (const { log } of registry.heads()) {
    const writer = state.writers.get(log.writer)
    const own = closings.filter(({ act }) => act.client === log.writer)
    const ended = writer?.grants.filter((grant) => grant.until?.byOrder === true) ?? []
    if (own.length === 0 && ended.length > 0) return `writer ${log.writer} is ended by no order`
    if (writer === undefined || writer.dispute === 'open') continue
    for (const { act, version } of own.filter(({ act: { final } }) => final)) {
      const isOlder = writer.grants.every(({ ns, from }) => ns !== log.ns || from <= version)
      const at = act.ends.find(
        (e) => e.ns === log.ns && audienceText(e.aud) === audienceText(log.aud),
      )
      const end = finalEnd(state, log)
      const isGranted = writer.grants.some(({ ns }) => ns === log.ns)
      if (isGranted && isOlder && (end === undefined || end.seq > (at?.seq ?? 0))) {
        return `a closing of writer ${log.writer} in ${log.ns} does not hold`
      }
    }
  }
  return undefined
}
