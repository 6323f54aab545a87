/** A federation with an administrator key, and orders of it. */
import { DOMAIN, type Hash, type Signer, signFor } from '../src/crypto.ts'
import { orderedWriter } from '../src/roster/administrators.ts'
import type { LogEnd, Right, RosterChange } from '../src/roster/change.ts'
import {
  type Admission,
  type Order,
  type OrderClaim,
  type OrderedClosing,
  readOrder,
  signOrder,
} from '../src/roster/order.ts'
import { withOrders } from '../src/roster/orders.ts'
import { bindingMessage } from '../src/roster/roster.ts'
import type { RosterState } from '../src/roster/state.ts'
import { testCrypto, testSigner } from './crypto.ts'
import { TestFederation } from './federation.ts'

/** The administrator key of the second agency. */
export const ADMIN = testSigner(500)
/** The one after it. */
export const NEXT_ADMIN = testSigner(501)
/** The agency that gives orders. */
export const AGENCY = 2
/** The writer of its first order. */
export const OFFICE = orderedWriter(0, 1)
/** The hash of some commit. */
export const ID: Hash = new Uint8Array(33).fill(1)
/** What its writers may do. */
export const BOTH: readonly Right[] = ['describe', 'classify']

/** Three agencies; the second has no right to erase, and an administrator key. */
export function orderingFederation(): TestFederation {
  const federation = TestFederation.found([
    { seed: 1, agency: 'A' },
    { seed: 2, agency: 'B', rights: BOTH },
    { seed: 3, agency: 'C' },
  ])
  federation.sign([{ type: 'rules', version: 3 }, agencyWith(federation, ADMIN)])
  return federation
}

/** The agency as it is, with an administrator key. */
export function agencyWith(
  federation: TestFederation,
  admin: Signer | undefined,
  id = AGENCY,
): RosterChange {
  const agency = federation.newest.state.agencies.get(id)
  if (agency === undefined) throw new Error('no agency')
  const { from: _, retired: __, ...rest } = agency
  return { type: 'agency', ...rest, admin: admin?.publicKey }
}

/** Ends a key; only these orders stand. */
export const endOf = (admin: Signer, stand: readonly Order[]): RosterChange => ({
  ...{ type: 'administrator', key: admin.publicKey, stand: stand.map(({ bytes }) => bytes) },
})

/** What an order has other than usual. */
export type Wanted = { readonly seed?: number; readonly no?: number; readonly version?: number }

/** What is signed, citing the newest version or another. */
export function claimOf(
  federation: TestFederation,
  act: OrderClaim['act'],
  wanted: Wanted = {},
): OrderClaim {
  const cited = federation.rosters[(wanted.version ?? federation.newest.version) - 1]
  if (cited === undefined) throw new Error('no such version')
  const roster = [cited.version, cited.hash] as const
  return { fed: cited.fed, agency: AGENCY, roster, no: wanted.no ?? 1, act }
}

/** A signed order. */
export const order = (claim: OrderClaim, by = ADMIN): Order =>
  readOrder(testCrypto, signOrder(by, claim))

/** Admits the key of a seed. */
export function admission(
  federation: TestFederation,
  seed: number,
  more: Partial<Admission> = {},
): Admission {
  const { publicKey: key } = testSigner(seed)
  const [peers, continues] = [more.peers ?? [`peer-${seed}`], more.continues ?? 0]
  const code = more.code ?? 'B'
  const message = bindingMessage(federation.newest.fed, { key, peers, continues, code })
  const proof = signFor(testSigner(seed), DOMAIN.join, message)
  const grants = [{ ns: 2, auds: [0, 1] as const, rights: BOTH }]
  const own = { key, office: `office ${seed}`, grants, code }
  return { type: 'admit', ...own, ...more, peers, continues, proof }
}

/** An order that admits a writer. */
export const admit = (
  federation: TestFederation,
  wanted: Wanted = {},
  more: Partial<Admission> = {},
): Order => order(claimOf(federation, admission(federation, wanted.seed ?? 20, more), wanted))

/** A position of its public log. */
export const end = (seq: number, id = ID): LogEnd => ({ ns: 2, aud: 1, seq, id })

/** Closes a writer. */
export const closing = (client: number, ends: readonly LogEnd[], final = true): OrderedClosing => ({
  ...{ type: 'close', client, ends, final, why: 'test' },
})

/** An order that closes a writer. */
export const close = (
  federation: TestFederation,
  act: OrderedClosing,
  wanted: Wanted = {},
): Order => order(claimOf(federation, act, { no: 2, ...wanted }))

/** The public log of a writer. */
export const logOf = (writer: number) => ({ ns: 2, aud: 1, writer }) as const

/** The newest state with orders. */
export function stateWith(federation: TestFederation, ...orders: readonly Order[]): RosterState {
  const state = withOrders(testCrypto, federation.rosters, orders).rosters.at(-1)?.state
  if (state === undefined) throw new Error('no roster')
  return state
}

/** Why orders do not count, one by one. */
export const codesOf = (
  federation: TestFederation,
  ...orders: readonly Order[]
): readonly unknown[] => {
  const judged = withOrders(testCrypto, federation.rosters, orders).orders
  return orders.map(({ id }) => judged.find((each) => each.order.id.join() === id.join())?.code)
}

/** Orders of two keys, good, stolen and beyond reach, over a chain that ends the first key. */
export function orderCampaign(federation: TestFederation): readonly Order[] {
  const orders = [
    admit(federation),
    admit(federation, { seed: 21, no: 7 }),
    admit(federation, { seed: 22, no: 7 }),
    admit(federation, { seed: 23, no: 7 }),
    close(federation, closing(OFFICE, [end(9)], false)),
    close(federation, closing(OFFICE, [end(6, new Uint8Array(33).fill(2))]), { no: 3 }),
    close(federation, closing(OFFICE, [end(6)]), { no: 4 }),
    close(federation, closing(1, []), { no: 5 }),
    close(federation, closing(2, [end(3)], false), { no: 6 }),
  ]
  federation.sign([{ type: 'peers', client: 2, peers: ['peer-2', 'peer-2b'] }])
  orders.push(admit(federation, { seed: 24, no: 8 }))
  federation.sign([endOf(ADMIN, orders.slice(0, 1)), agencyWith(federation, NEXT_ADMIN)])
  orders.push(order(claimOf(federation, admission(federation, 25)), NEXT_ADMIN))
  const cut = closing(orderedWriter(1, 1), [end(2)])
  orders.push(order(claimOf(federation, cut, { no: 2 }), NEXT_ADMIN))
  orders.push(order(claimOf(federation, closing(OFFICE, [end(5)]), { no: 3 }), NEXT_ADMIN))
  federation.sign([{ type: 'rules', version: 3 }])
  return orders
}
