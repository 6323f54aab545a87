/**
 * Bugs that tests plant around the real parts, one of each class, to see that the harness finds
 * them. Nothing of this stands in the product.
 */
import {
  type Commit,
  type Database,
  decodeHeader,
  logText,
  readOrder,
  toHex,
} from '../../packages/registry-core/src/index.ts'
import { SYNC_VERSIONS } from '../../packages/registry-core/src/sync/sync-limits.ts'
import { testCrypto } from '../../packages/registry-core/testing/crypto.ts'
import type { Planted } from './sim-node.ts'

/** A lost write: the store says that it is durable and is not. */
export const LYING_DISK: Planted = {
  database: (database) => withBatch(database, (batch, operations) => batch(operations, {})),
}

/** A skipped check: every signature is good. */
export const BLIND_TO_SIGNATURES: Planted = {
  crypto: (crypto) => ({ ...crypto, verifyEd25519: () => true }),
}

/** A skipped check: whoever asks is taken for the coordinator, and gets what that one may hold. */
export const BLIND_TO_AUDIENCE: Planted = {
  machines: ({ stepRequester, stepResponder }) => ({
    stepRequester: (context, state, event) =>
      stepRequester({ ...context, self: 1, peer: 1 }, state, event),
    stepResponder: (context, state, event) => stepResponder({ ...context, peer: 1 }, state, event),
  }),
}

/** Order dependence: of two commits for one position the first that came counts. */
export const FIRST_COME: Planted = {
  registry: (registry) => {
    const taken = new Map<string, string>()
    return withMethod(registry, 'accept', async (commits: readonly Commit[]) => {
      const fresh = commits.filter(({ header }) => {
        const position = positionOf(header)
        const first = taken.get(position) ?? toHex(header)
        taken.set(position, first)
        return first === toHex(header)
      })
      const acceptances = [...(await registry.accept(fresh))]
      return commits.map((commit) =>
        fresh.includes(commit) ? (acceptances.shift() ?? KNOWN) : KNOWN,
      )
    })
  },
}

/** Order dependence: of two orders of one number the first that came counts. */
export const FIRST_ORDER: Planted = {
  registry: (registry) => {
    const taken = new Map<string, string>()
    return withMethod(registry, 'takeOrders', async (orders: readonly Uint8Array[]) => {
      const fresh = orders.filter((bytes) => {
        const { by, no } = readOrder(testCrypto, bytes)
        const first = taken.get(`${toHex(by)} ${no}`) ?? toHex(bytes)
        taken.set(`${toHex(by)} ${no}`, first)
        return first === toHex(bytes)
      })
      return registry.takeOrders(fresh)
    })
  },
}

const KNOWN = { known: true, outcome: { kind: 'ended', code: 'MULU_FORK' } } as const

function positionOf(header: Uint8Array): string {
  try {
    const read = decodeHeader(header)
    return `${logText({ ns: read.ns, aud: read.aud, writer: read.writer })} ${read.seq}`
  } catch {
    return toHex(header)
  }
}

/** An unbounded queue: news are gathered for a peer however long it does not ask. */
export const ENDLESS_NEWS: Planted = {
  machines: ({ stepRequester, stepResponder }) => ({
    stepRequester,
    stepResponder: (context, state, event) => {
      const [next, effects] = stepResponder(context, state, event)
      if (event.type !== 'changed' || next.phase === 'closed') return [next, effects]
      const added = event.heads.map(({ log, known, forkedAt, statements }) => ({
        ...{ log, known, forkedAt, statements },
      }))
      const hasTold = effects.some(({ type }) => type === 'send')
      return [{ ...next, news: hasTold ? [] : [...state.news, ...added] }, effects]
    },
  }),
}

/** A write that reaches the log and not the catalogue: one operation of a batch goes missing. */
export const TORN_BATCH: Planted = { database: (database) => withoutSome(database, '!records!') }

/** A record that lists and searches go on showing as it was. */
export const TORN_INDEX: Planted = { database: (database) => withoutSome(database, '!search!') }

/** A body that an order names stays where it was, though it is said to be destroyed. */
export const KEPT_BODY: Planted = {
  database: (database) =>
    withBatch(database, (batch, operations, options) => {
      const prefixes = operations.map(({ sublevel }) => sublevel?.prefix)
      const isDestroying = prefixes.includes('!missing!') && prefixes.includes('!meta!')
      return isDestroying ? Promise.resolve() : batch(operations, options)
    }),
}

/** Nobody asks again for a body that was dropped and counts now. */
export const NEVER_ASKED_AGAIN: Planted = {
  machines: ({ stepRequester, stepResponder }) => ({
    stepRequester: (context, state, event) => {
      const replica = Object.create(context.replica, { damaged: { value: () => [] } })
      return stepRequester({ ...context, replica }, state, event)
    },
    stepResponder,
  }),
}

/** Every peer is asked as if it spoke the present version of the protocol. */
export const DEAF_TO_VERSIONS: Planted = {
  machines: ({ stepRequester, stepResponder }) => ({
    stepRequester: (context, state, event) => {
      const version = state.version === 0 ? 0 : Math.max(...SYNC_VERSIONS)
      return stepRequester(context, { ...state, version }, event)
    },
    stepResponder,
  }),
}

const TORN_EVERY = 23

/** Every so many batches leave one sublevel out. */
function withoutSome(database: Database, prefix: string): Database {
  let batches = 0
  return withBatch(database, (batch, operations, options) => {
    const isTorn = ++batches % TORN_EVERY === 0
    const kept = operations.filter(({ sublevel }) => !isTorn || sublevel?.prefix !== prefix)
    return batch(kept, options)
  })
}

type Operation = { readonly type: string; readonly sublevel?: { readonly prefix: string } }
type Batch = (operations: readonly Operation[], options: object) => Promise<void>

/** A database whose batches pass through `replacement`. */
function withBatch(
  database: Database,
  replacement: (batch: Batch, operations: readonly Operation[], options: object) => Promise<void>,
): Database {
  const batch = database.batch.bind(database) as unknown as Batch
  return withMethod(database, 'batch', (...args: Parameters<Batch>) => replacement(batch, ...args))
}

/** The same object with one method replaced; its own private state stays its own. */
function withMethod<T extends object>(
  target: T,
  name: keyof T,
  method: (...args: never[]) => unknown,
): T {
  return new Proxy(target, {
    get: (object, property) => {
      if (property === name) return method
      const value: unknown = Reflect.get(object, property, object)
      return typeof value === 'function' ? value.bind(object) : value
    },
  })
}
