/** Rosters that change meanwhile: admissions, grants closed for good or not, given anew, pins. */
import {
  type LogHead,
  logText,
  type Right,
  type RosterChange,
} from '../../../packages/registry-core/src/index.ts'
import type { SimNode } from '../sim-node.ts'
import { type Chance, pick, type StepKind } from '../step.ts'
import type { World } from '../world.ts'

const NODES_MAX = 8

export const admit: StepKind = {
  name: 'admit',
  weight: 2,
  isFault: true,
  run: async (world, chance) => {
    const first = pick(chance, world.up)
    if (first === undefined || world.nodes.length >= NODES_MAX) return undefined
    const seed = 20 + world.nodes.length
    const agency = pick(chance, ['A', 'B', 'C']) ?? 'C'
    const isClassifying = chance(2) === 0
    const rights: readonly Right[] = isClassifying ? ['describe', 'classify'] : ['describe']
    const office = `o${seed}`
    const roster = world.federation.admit({ seed, agency, office, rights })
    const client = Math.max(...roster.state.writers.keys())
    await world.giveRosters(first)
    await world.addNode({ client, key: seed, name: `${agency}/${office}` })
    return `${agency}/${office} is admitted with ${rights.join(' and ')}`
  },
}

export const close: StepKind = {
  name: 'close',
  weight: 2,
  isFault: true,
  run: async (world, chance) => {
    const first = pick(chance, world.up)
    const client = pick(chance, [...world.federation.newest.state.writers.keys()])
    if (first === undefined || client === undefined) return undefined
    if (world.isSlim && world.isArchive(client)) return undefined
    const change = closing(world, first, chance, client)
    if (change === undefined) return undefined
    const isFollowed = !change.final && chance(2) === 0
    const again = isFollowed ? [grantAgain(world, change)] : []
    await world.changeRoster([change, ...again], first)
    const ends = change.ends.map((end) => `${logText({ ...end, writer: client })} at ${end.seq}`)
    const how = `${change.final ? 'for good' : 'with a way back'}${isFollowed ? ', given anew' : ''}`
    return `a grant of writer ${client} in ${change.ns} is closed ${how}: ${ends.join(', ')}`
  },
}

type Close = Extract<RosterChange, { type: 'close' }>

/** A closing at positions that one node knows, at its head or below. */
function closing(world: World, at: SimNode, chance: Chance, client: number): Close | undefined {
  const grants = world.federation.newest.state.writers.get(client)?.grants ?? []
  const grant = pick(
    chance,
    grants.filter((each) => each.until === undefined),
  )
  if (grant === undefined) return undefined
  const heads = (at.registry?.heads() ?? []).filter(
    ({ log, accepted }) => log.writer === client && log.ns === grant.ns && accepted.seq > 0,
  )
  const ends = heads.map(({ log, accepted }) => ({ ns: log.ns, aud: log.aud, ...accepted }))
  const { ns, from } = grant
  return { type: 'close', client, ns, from, ends, final: chance(2) === 0, why: 'test' }
}

function grantAgain(world: World, { client, ns }: Close): RosterChange {
  const state = world.federation.newest.state
  const { auds = [1], rights = [] } =
    state.writers.get(client)?.grants.findLast((grant) => grant.ns === ns) ?? {}
  return { type: 'grant', client, ns, auds, rights }
}

export const pin: StepKind = {
  name: 'pin',
  weight: 2,
  isFault: true,
  run: async (world, chance) => {
    const first = pick(chance, world.up)
    const forked = (first?.registry?.heads() ?? []).filter((head) => head.forkedAt !== undefined)
    const head = pick<LogHead>(chance, forked)
    if (first === undefined || head?.forkedAt === undefined || head.known.seq === 0)
      return undefined
    const { log, known, forkedAt } = head
    const { ns, aud, writer: client } = log
    await world.changeRoster([{ type: 'pin', client, log: { ns, aud, ...known }, forkedAt }], first)
    return `the roster pins ${logText(log)} to the branch of ${first.identity.name} at ${known.seq}`
  },
}
