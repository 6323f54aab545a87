/**
 * Administrator keys of agencies: named and ended by the root holders, used by offices that do not
 * reach each other, and stolen. Admissions give new nodes, stolen ones give writers of a thief.
 */
import {
  commitId,
  DOMAIN,
  type LogKey,
  type Order,
  type Roster,
  type RosterChange,
  readOrder,
  signFor,
  signOrder,
} from '../../../packages/registry-core/src/index.ts'
import {
  orderedWriter,
  placeOf,
} from '../../../packages/registry-core/src/roster/administrators.ts'
import type {
  Admission,
  OrderClaim,
  OrderedClosing,
} from '../../../packages/registry-core/src/roster/order.ts'
import { bindingMessage } from '../../../packages/registry-core/src/roster/roster.ts'
import { testSigner } from '../../../packages/registry-core/testing/crypto.ts'
import type { SimNode } from '../sim-node.ts'
import { type Chance, pick, type StepKind } from '../step.ts'
import type { World } from '../world.ts'
import { craft, offer } from './hostile.ts'

/** An administrator key, and what was signed with it. */
export type Administered = {
  readonly agency: number
  /** Number of the key. */
  readonly seed: number
  /** Orders of the agency itself, and of whoever stole the key. */
  readonly honest: Order[]
  readonly stolen: Order[]
  no: number
}

/** A writer that a thief has let itself be admitted as. */
export type Thief = { readonly client: number; readonly key: number; readonly ns: number }

const AGENCIES = [1, 2]
const NODES_MAX = 8
/** Numbers that the agency itself never comes to. */
const STOLEN_FROM = 600
const KEYS_FROM = { administrators: 500, offices: 60, thieves: 700 }

export const administer: StepKind = {
  name: 'administer',
  weight: 4,
  isFault: false,
  run: async (world, chance) => {
    const first = pick(chance, world.up)
    const { state } = world.federation.newest
    const free = AGENCIES.flatMap((id) => state.agencies.get(id) ?? [])
    const agency = pick(
      chance,
      free.filter(({ admin }) => admin === undefined),
    )
    if (first === undefined || agency === undefined) return undefined
    const seed = KEYS_FROM.administrators + world.administered.length
    const { from: _, retired: __, ...rest } = agency
    const named: RosterChange = { type: 'agency', ...rest, admin: testSigner(seed).publicKey }
    await world.changeRoster([{ type: 'rules', version: 3 }, named], first)
    world.administered.push({ agency: agency.id, seed, honest: [], stolen: [], no: 1 })
    return `agency ${agency.id} gets administrator key ${seed}`
  },
}

export const endAdministrator: StepKind = {
  name: 'end administrator',
  weight: 6,
  isFault: false,
  run: async (world, chance) => {
    const first = pick(chance, world.up)
    const known = world.federation.newest.state.administrators ?? []
    const open = world.administered.filter(
      (_, index) => known[index] !== undefined && known[index]?.ended === undefined,
    )
    const chosen = pick(chance, open)
    if (first === undefined || chosen === undefined) return undefined
    const stand = new Map(
      chosen.honest.filter(() => chance(3) > 0).map((order) => [order.no, order.bytes]),
    )
    const { publicKey: key } = testSigner(chosen.seed)
    await world.changeRoster([{ type: 'administrator', key, stand: [...stand.values()] }], first)
    return `key ${chosen.seed} is ended, ${stand.size} of its ${chosen.honest.length} orders stand`
  },
}

/** Signs an order citing a version, where its number can be told. */
function sign(
  world: World,
  { agency, seed }: Administered,
  cited: Roster,
  no: number,
  act: OrderClaim['act'],
): { readonly order: Order; readonly client: number } {
  const roster = [cited.version, cited.hash] as const
  const bytes = signOrder(testSigner(seed), { fed: cited.fed, agency, roster, no, act })
  const place = placeOf(cited.state.administrators ?? [], testSigner(seed).publicKey)
  return { order: readOrder(world.crypto, bytes), client: orderedWriter(place, no) }
}

function admissionOf(world: World, key: number, ns: number, isClassifying: boolean): Admission {
  const { publicKey } = testSigner(key)
  const claim = { key: publicKey, peers: [`peer-${key}`], continues: 0 }
  const code = world.federation.newest.state.agencies.get(ns)?.codes[0] ?? ''
  const message = bindingMessage(world.federation.newest.fed, { ...claim, code })
  const proof = signFor(testSigner(key), DOMAIN.join, message)
  const rights = isClassifying ? (['describe', 'classify'] as const) : (['describe'] as const)
  return {
    type: 'admit',
    ...claim,
    code,
    office: `o${key}`,
    proof,
    grants: [{ ns, auds: [0, 1], rights }],
  }
}

/** A closing of one of the agency's writers at what a node knows of it, or at the start. */
function closingOf(node: SimNode, chance: Chance, agency: number): OrderedClosing | undefined {
  const { registry } = node
  const writers = [...(registry?.roster?.state.writers.values() ?? [])]
  const writer = pick(
    chance,
    writers.filter((each) => each.agency === agency),
  )
  if (registry === undefined || writer === undefined) return undefined
  const { client } = writer
  const ends = registry
    .heads()
    .filter(({ log, accepted }) => log.writer === client && accepted.seq > 0 && chance(5) > 0)
    .map(({ log, accepted }) => ({ ns: log.ns, aud: log.aud, ...accepted }))
  return { type: 'close', client, ends, final: chance(2) === 0, why: 'test' }
}

/** A node of an agency that knows its administrator key as one that may sign. */
function deskOf(
  world: World,
  chance: Chance,
): { readonly node: SimNode; readonly by: Administered; readonly cited: Roster } | undefined {
  const by = pick(chance, world.administered)
  const able = world.up.filter(({ registry, identity }) => {
    const state = registry?.roster?.state
    const isOfAgency = state?.writers.get(identity.client)?.agency === by?.agency
    const admin = state?.agencies.get(by?.agency ?? 0)?.admin
    return isOfAgency && by !== undefined && admin?.join() === testSigner(by.seed).publicKey.join()
  })
  const node = pick(chance, able)
  const cited = node?.registry?.rootChain.at(-1)
  if (by === undefined || node === undefined || cited === undefined) return undefined
  return { node, by, cited }
}

/** An order may have been written before the disk refused what follows from it. */
const FAILED = 'the disk or the power failed'

async function take(world: World, node: SimNode, order: Order): Promise<string> {
  let outcome = FAILED
  await world.atNode(node, async () => {
    const [taken] = (await node.registry?.takeOrders([order.bytes])) ?? []
    if (taken === undefined) return
    const { kind, code } = taken.outcome
    outcome = code === undefined ? kind : `${kind} (${code})`
  })
  return outcome
}

export const order: StepKind = {
  name: 'order',
  weight: 24,
  isFault: false,
  run: async (world, chance) => {
    const desk = deskOf(world, chance)
    if (desk === undefined) return undefined
    const { node, by, cited } = desk
    // Two people who sign apart may take one number.
    const isTaken = chance(8) === 0 && by.no > 1
    const no = isTaken ? by.no - 1 : by.no++
    const key = KEYS_FROM.offices + world.nodes.length
    const isAdmission = !isTaken && world.nodes.length < NODES_MAX && chance(3) > 0
    const act = isAdmission
      ? admissionOf(world, key, by.agency, chance(2) === 0)
      : closingOf(node, chance, by.agency)
    if (act === undefined) return undefined
    const { order: signed, client } = sign(world, by, cited, no, act)
    const outcome = await take(world, node, signed)
    const what = act.type === 'admit' ? `admits ${client}` : `closes ${act.client}`
    const words = `${node.identity.name} ${what} by order ${by.seed}.${no}: ${outcome}`
    const isNew = outcome.startsWith('new')
    if (isNew || outcome === FAILED) world.orders.push(signed)
    if (!isNew) return words
    by.honest.push(signed)
    if (act.type !== 'admit') return words
    // The office gets the order that admits it with its ticket.
    const office = await world.addNode({ client, key, name: `${by.agency}/o${key}` })
    await take(world, office, signed)
    return words
  },
}

export const stealAdministrator: StepKind = {
  name: 'steal administrator',
  weight: 12,
  isFault: false,
  run: async (world, chance) => {
    const by = pick(chance, world.administered)
    if (by === undefined) return undefined
    const { publicKey } = testSigner(by.seed)
    const named = world.federation.rosters.filter(
      ({ state }) => state.agencies.get(by.agency)?.admin?.join() === publicKey.join(),
    )
    const cited = pick(chance, named)
    const able = world.up.filter(({ registry }) => registry?.rootChain[(cited?.version ?? 0) - 1])
    const node = pick(chance, chance(6) === 0 ? world.up : able)
    if (cited === undefined || node === undefined) return undefined
    const again = pick(chance, by.honest)?.no
    const no = chance(2) === 0 && again !== undefined ? again : STOLEN_FROM + by.stolen.length
    const key = KEYS_FROM.thieves + world.thieves.length
    const act =
      chance(3) > 0
        ? admissionOf(world, key, by.agency, chance(2) === 0)
        : closingOf(node, chance, by.agency)
    if (act === undefined) return undefined
    const { order: signed, client } = sign(world, by, cited, no, act)
    by.stolen.push(signed)
    world.orders.push(signed)
    if (act.type === 'admit') world.thieves.push({ client, key, ns: by.agency })
    const outcome = await take(world, node, signed)
    const what = act.type === 'admit' ? `admits thief ${client}` : `closes ${act.client}`
    return `whoever stole key ${by.seed} ${what} by ${no} at ${node.identity.name}: ${outcome}`
  },
}

/** A thief signs what it likes as the writer that it let itself be admitted as. */
export const thieve: StepKind = {
  name: 'thieve',
  weight: 12,
  isFault: false,
  run: async (world, chance) => {
    const thief = pick(chance, world.thieves)
    if (thief === undefined) return undefined
    const able = world.up.filter(({ registry }) =>
      registry?.roster?.state.writers.has(thief.client),
    )
    const node = pick(chance, chance(6) === 0 || able.length === 0 ? world.up : able)
    if (node === undefined) return undefined
    const log: LogKey = { ns: thief.ns, aud: 1, writer: thief.client }
    const chain = `${thief.key} ${thief.ns} ${thief.client}`
    const before = world.forged.get(chain) ?? { id: new Uint8Array(), seq: 0, ms: world.ms }
    const ms = Math.max(before.ms + 1, world.ms)
    const start = { log, seq: before.seq + 1, parent: before.id, ms }
    const commit = craft(world, chance, start, thief.key, {})
    world.forged.set(chain, { id: commitId(world.crypto, commit.header), seq: start.seq, ms })
    const outcome = await offer(world, node, commit, false)
    return `thief ${chain} signs ${start.seq}, offers it to ${node.identity.name}: ${outcome}`
  },
}
