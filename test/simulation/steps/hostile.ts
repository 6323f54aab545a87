/** Hostile peers: what they sign, forge and alter, offered to a node as if by a peer. */
import { encodeBody } from '../../../packages/registry-core/src/commit/body.ts'
import {
  bodiesRoot,
  type Commit,
  commitId,
  concat,
  DOMAIN,
  decodeCommit,
  decodeHeader,
  type Entry,
  encodeHeader,
  type Header,
  type LogKey,
  logText,
  overOf,
  signFor,
} from '../../../packages/registry-core/src/index.ts'
import { testSigner } from '../../../packages/registry-core/testing/crypto.ts'
import type { SimNode } from '../sim-node.ts'
import { type Chance, pick, type StepKind } from '../step.ts'
import { ROGUE_AGENCY, ROGUE_OFFICE, type World } from '../world.ts'
import { RECS } from './write.ts'

const FORGER = 666

/** Offers a commit to a node; a drop that the peer is to blame for has to be what came of it. */
export async function offer(
  world: World,
  node: SimNode,
  commit: Commit,
  isDropped: boolean,
): Promise<string> {
  let outcome = 'not offered'
  await world.atNode(node, async () => {
    const [acceptance] = (await node.registry?.accept([commit])) ?? []
    if (acceptance === undefined) return
    outcome = acceptance.known ? 'known' : acceptance.outcome.kind
    if (isDropped && acceptance.outcome.kind !== 'dropped') {
      world.violations.push(`${node.identity.name} took a forged commit: ${outcome}`)
    }
  })
  return outcome
}

export type Start = {
  readonly log: LogKey
  readonly seq: number
  readonly parent: Uint8Array
  readonly ms: number
}

/** A signed commit of a log, with what chance makes of it. */
export function craft(
  world: World,
  chance: Chance,
  start: Start,
  key: number,
  more: Partial<Header>,
): Commit {
  const { log, seq, parent, ms } = start
  const { newest } = world.federation
  const entries: Entry[] = []
  const bodies: Uint8Array[] = []
  for (const rec of RECS.filter(() => chance(2) === 0)) {
    const [path, cls] = pick(chance, PATHS) ?? (['title/en', 0] as const)
    const clock = chance(3) === 0 ? chance(4) : clockOf(world, log, rec)
    const body = encodeBody({ client: log.writer, seq, clock }, [{ path, value: `x${chance(3)}` }])
    if (chance(6) === 0) body[chance(body.length)] = chance(256)
    const over = overOf(
      Array.from({ length: chance(5) }, () => ({ client: 1 + chance(8), clock: chance(6) })),
    )
    entries.push({ rec, cls, len: 1, bytes: body.length, over })
    bodies.push(concat(new Uint8Array(16).fill(chance(256)), body))
  }
  const header = encodeHeader({
    v: 1,
    fed: newest.fed,
    ...log,
    seq,
    parent,
    roster: [newest.version, newest.hash],
    after: [],
    stamp: [ms, 0],
    reset: false,
    actor: 'x',
    type: 0,
    crit: [],
    note: 0,
    entries,
    erase: [],
    bodies: bodiesRoot(world.crypto, bodies),
    ext: {},
    ...more,
  })
  return { header, bodies, signature: signFor(testSigner(key), DOMAIN.commit, header) }
}

const PATHS = [
  ['title/en', 0],
  ['landingPage', 0],
  ['sharing', 1],
  ['state', 1],
  ['contact/c1', 2],
  ['sharing', 0],
] as const

/** The clock a hostile log stands at in a record: it writes one slot per entry. */
function clockOf(world: World, log: LogKey, rec: string): number {
  const key = `${logText(log)} ${rec}`
  const clock = world.clocks.get(key) ?? 0
  world.clocks.set(key, clock + 1)
  return clock
}

/** Rogue members sign what they like in logs of their own: without grant, or with gall. */
export const rogue: StepKind = {
  name: 'rogue',
  weight: 5,
  isFault: true,
  run: async (world, chance) => {
    const node = pick(chance, world.up)
    if (node === undefined) return undefined
    const writer = chance(2) === 0 ? ROGUE_OFFICE : ROGUE_AGENCY
    const log: LogKey = { ns: 1 + chance(3), aud: 1, writer }
    const text = logText(log)
    const before = world.forged.get(text) ?? { id: new Uint8Array(), seq: 0, ms: world.ms }
    const isFalling = chance(25) === 0
    const ms = isFalling ? before.ms - 1 : Math.max(before.ms + 1, world.ms + leap(chance))
    const start = { log, seq: before.seq + 1, parent: before.id, ms }
    const { after, words } = named(world, chance, node, log)
    const more: Partial<Header> = { after, ...(chance(6) === 0 ? { reset: true } : {}) }
    const commit = craft(world, chance, start, writer, { ...more, ...oldRoster(world, chance) })
    world.forged.set(text, { id: commitId(world.crypto, commit.header), seq: start.seq, ms })
    const outcome = await offer(world, node, commit, false)
    return `rogue ${writer} signs ${text}.${start.seq}${words}, offers it to ${node.identity.name}: ${outcome}`
  },
}

function leap(chance: Chance): number {
  return chance(5) === 0 ? 10 * 365 * 86_400_000 : 0
}

function oldRoster(world: World, chance: Chance): Partial<Header> {
  if (chance(8) > 0) return {}
  const old = pick(chance, world.federation.rosters)
  return old === undefined ? {} : { roster: [old.version, old.hash] }
}

/** Heads it has seen, and now and then a position that nobody ever had. */
function named(
  world: World,
  chance: Chance,
  node: SimNode,
  log: LogKey,
): { readonly after: Header['after']; readonly words: string } {
  const others = (node.registry?.heads() ?? []).filter(
    (head) => head.log.ns === log.ns && head.log.aud === 1 && head.log.writer !== log.writer,
  )
  const seen = others.filter((head) => head.accepted.seq > 0 && chance(2) === 0)
  const after: [number, number, Uint8Array][] = seen.map((head) => [
    head.log.writer,
    head.accepted.seq,
    head.accepted.id,
  ])
  const isLying = chance(20) === 0
  const last = after.at(-1)
  if (isLying && last !== undefined) last[1] += 1 + chance(3)
  world.counter++
  return { after, words: isLying ? ' naming what does not exist' : '' }
}

/** Two commits for one position: a cloned node, or a stolen key. */
export const equivocate: StepKind = {
  name: 'equivocate',
  weight: 2,
  isFault: true,
  run: async (world, chance) => {
    const [from, to] = [pick(chance, world.up), pick(chance, world.up)]
    const heads = (from?.registry?.heads() ?? []).filter(
      ({ log, known }) => log.aud === 1 && known.seq > 0 && (log.writer > 3 || chance(4) === 0),
    )
    const head = pick(chance, heads)
    if (from === undefined || to === undefined || head === undefined) return undefined
    const at = Math.max(1, head.known.seq - chance(3))
    const original = await commitAt(world, from, head.log, at)
    if (original === undefined) return undefined
    const { seq, parent, stamp, roster } = decodeHeader(original.header)
    const start = { log: head.log, seq, parent, ms: stamp[0] }
    const key = keyOf(world, head.log.writer)
    const commit = craft(world, chance, start, key, { roster, actor: `y${chance(4)}` })
    const outcome = await offer(world, to, commit, false)
    return `writer ${head.log.writer} signs another ${logText(head.log)}.${seq}, offers it to ${to.identity.name}: ${outcome}`
  },
}

/**
 * The key of a witness is stolen after it has agreed to a snapshot, and forks its log at the first
 * commit; everybody is shown both sides, and some never had what came after.
 */
export const stealWitness: StepKind = {
  name: 'steal witness',
  weight: 2,
  isFault: true,
  run: async (world, chance) => {
    const from = pick(chance, world.up)
    const agreed = (from?.registry?.snapshots() ?? []).flatMap((snapshot) => snapshot.agreed)
    const writer = pick(chance, agreed)
    const head = from?.registry
      ?.heads()
      .find(({ log, known }) => log.aud === 1 && log.writer === writer && known.seq > 0)
    if (from === undefined || head === undefined) return undefined
    const original = await commitAt(world, from, head.log, 1)
    if (original === undefined) return undefined
    const { stamp, roster } = decodeHeader(original.header)
    const start = { log: head.log, seq: 1, parent: new Uint8Array(), ms: stamp[0] }
    const key = keyOf(world, head.log.writer)
    const twin = craft(world, chance, start, key, { roster, actor: `z${chance(4)}` })
    for (const node of world.up) {
      await offer(world, node, original, false)
      await offer(world, node, twin, false)
    }
    return `the key of witness ${head.log.writer} is stolen and forks ${logText(head.log)} at 1`
  },
}

export function keyOf(world: World, client: number): number {
  return world.nodes.find((node) => node.identity.client === client)?.identity.key ?? client
}

async function commitAt(
  world: World,
  node: SimNode,
  log: LogKey,
  seq: number,
): Promise<Commit | undefined> {
  let bytes: Uint8Array | undefined
  await world.atNode(node, async () => {
    bytes = (await node.registry?.readLog(log, seq, 1))?.commits[0]
  })
  return bytes === undefined ? undefined : decodeCommit(bytes)
}

/** Commits in somebody's name without the key, and honest ones with a bit changed. */
export const forge: StepKind = {
  name: 'forge',
  weight: 3,
  isFault: true,
  run: async (world, chance) => {
    const node = pick(chance, world.up)
    const head = pick(chance, node?.registry?.heads() ?? [])
    if (node === undefined || head === undefined) return undefined
    const { log, known } = head
    if (chance(2) === 0) {
      const start = { log, seq: known.seq + 1, parent: known.id, ms: world.ms }
      const outcome = await offer(world, node, craft(world, chance, start, FORGER, {}), true)
      return `a forger signs ${logText(log)}.${known.seq + 1} for ${node.identity.name}: ${outcome}`
    }
    const original = await commitAt(world, node, log, Math.max(1, known.seq))
    if (original === undefined) return undefined
    const outcome = await offer(world, node, altered(original, chance), true)
    return `a commit of ${logText(log)} is altered and offered to ${node.identity.name}: ${outcome}`
  },
}

function altered(commit: Commit, chance: Chance): Commit {
  const flip = (bytes: Uint8Array): Uint8Array => {
    const copy = Uint8Array.from(bytes)
    const at = chance(copy.length)
    copy[at] = (copy[at] ?? 0) ^ (1 << chance(8))
    return copy
  }
  const [body, ...rest] = commit.bodies
  if (chance(3) === 0) return { ...commit, signature: flip(commit.signature) }
  if (chance(2) === 0 || !(body instanceof Uint8Array)) {
    return { ...commit, header: flip(commit.header) }
  }
  return { ...commit, bodies: [flip(body), ...rest] }
}
