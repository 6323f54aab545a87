/** Snapshots, receipts of witnesses, and hostile members that lie with both. */
import {
  bodiesRoot,
  commitId,
  type Hash,
  type Header,
  type LogKey,
  logText,
  type Registry,
  toHex,
} from '../../../packages/registry-core/src/index.ts'
import {
  encodeReceipt,
  encodeSnapshot,
} from '../../../packages/registry-core/src/snapshot/statement.ts'
import type { SimNode } from '../sim-node.ts'
import { type Chance, pick, type StepKind } from '../step.ts'
import { isRefusal, ROGUE_AGENCY, ROGUE_OFFICE, type World } from '../world.ts'
import { craft, offer } from './hostile.ts'

/** Refusals that a node has to expect when it signs a statement. */
const EXPECTED = [
  'MULU_REVOKED',
  'MULU_FORK',
  'MULU_GRANT_MISSING',
  'MULU_NOT_ADMITTED',
  'MULU_DISK',
  'MULU_NOT_HELD',
  'MULU_PARTIAL',
]

export const snapshot: StepKind = {
  name: 'snapshot',
  weight: 3,
  isFault: false,
  run: async (world, chance) => {
    const node = pick(chance, world.up)
    return node === undefined ? undefined : snapshotAt(world, node)
  },
}

/** Lets a node take a snapshot, and remembers what it covers. */
export async function snapshotAt(world: World, node: SimNode): Promise<string | undefined> {
  const ns = statementNamespace(node)
  if (ns === undefined) return undefined
  const outcome = await sign(world, node, async (registry) => {
    const covered = await etagsOf(registry)
    const id = await registry.snapshot(ns)
    if (node.isRotten) world.doubtful.add(toHex(id))
    else world.snapshots.set(toHex(id), covered)
  })
  return `${node.identity.name} takes a snapshot: ${outcome}`
}

export const witness: StepKind = {
  name: 'witness',
  weight: 5,
  isFault: false,
  run: async (world, chance) => {
    const node = pick(chance, world.up)
    return node === undefined ? undefined : attestAt(world, node)
  },
}

/** Lets a node look at the snapshots it holds; what it signs has to be so. */
export async function attestAt(world: World, node: SimNode): Promise<string | undefined> {
  const ns = statementNamespace(node)
  let signed = 0
  const outcome = await sign(world, node, async (registry) => {
    await registry.reviewSnapshots()
    const covered = await etagsOf(registry)
    const attested = ns === undefined ? [] : await registry.attest(ns)
    for (const { snapshot: seen, judgement } of attested) {
      if (judgement.kind !== 'agrees' || node.isRotten) continue
      signed++
      const id = toHex(seen.id)
      const isOver = world.lies.get(id) === 'root' && !judgement.isRootChecked
      if (world.lies.has(id) && !isOver) complain(world, node, id, 'agreed to a lie')
      // What a rotten node stated is what the first sound one finds to be so, if one does.
      const isFirst = judgement.isRootChecked && !world.snapshots.has(id)
      if (isFirst && world.doubtful.has(id)) world.snapshots.set(id, covered)
      const own = world.snapshots.get(id)
      if (judgement.isRootChecked && own !== undefined && textOf(own) !== textOf(covered)) {
        complain(world, node, id, 'agreed to a root over other records')
      }
    }
  })
  return `${node.identity.name} signs ${signed} receipts: ${outcome}`
}

/** Once everything is healed, one takes a snapshot and all who may agree to it. */
export const conclude: StepKind = {
  name: 'conclude',
  weight: 1,
  isFault: false,
  run: async (world) => {
    if (world.isConcluding) return undefined
    world.isConcluding = true
    return 'there will be a snapshot at the end'
  },
}

/** A hostile member states a root or a head that is not so, or agrees to what it never saw. */
export const lie: StepKind = {
  name: 'lie',
  weight: 3,
  isFault: true,
  run: async (world, chance) => {
    const node = pick(chance, world.up)
    if (node?.registry === undefined) return undefined
    const writer = chance(2) === 0 ? ROGUE_OFFICE : ROGUE_AGENCY
    const ns = world.federation.newest.state.writers.get(writer)?.grants[0]?.ns ?? 1
    const log: LogKey = { ns, aud: 1, writer }
    const before = world.forged.get(logText(log)) ?? { ...FIRST, ms: world.ms }
    const ms = Math.max(before.ms + 1, world.ms)
    const start = { log, seq: before.seq + 1, parent: before.id, ms }
    const { registry } = node
    let statement: Statement | undefined
    await world.atNode(node, async () => {
      statement = await statementOf(world, chance, registry)
    })
    if (statement === undefined) return undefined
    const empty = { entries: [], bodies: bodiesRoot(world.crypto, []) }
    const crafted = craft(world, chance, start, writer, { ...empty, ...statement.header })
    const commit = { ...crafted, bodies: [] }
    const id = commitId(world.crypto, commit.header)
    world.forged.set(logText(log), { id, seq: start.seq, ms })
    if (statement.lie !== undefined) world.lies.set(toHex(id), statement.lie)
    const outcome = await offer(world, node, commit, false)
    return `rogue ${writer} ${statement.words}, offers it to ${node.identity.name}: ${outcome}`
  },
}

const FIRST = { id: new Uint8Array(), seq: 0 }

type Statement = {
  readonly header: Partial<Header>
  readonly words: string
  /** What it lies about, if it does. */
  readonly lie?: 'heads' | 'root'
}

async function statementOf(
  world: World,
  chance: Chance,
  registry: Registry,
): Promise<Statement | undefined> {
  const seen = pick(chance, registry.snapshots())
  if (seen !== undefined && chance(2) === 0) {
    const ext = encodeReceipt({ snapshot: seen.id, isRootChecked: true })
    return { header: { type: 2, ext }, words: 'agrees to a snapshot unseen' }
  }
  const heads = registry
    .heads()
    .filter(({ log, accepted }) => log.aud === 1 && accepted.seq > 0)
    .map(({ log, accepted }) => [log.ns, log.writer, accepted.seq, accepted.id] as const)
    .sort(([a, b], [c, d]) => a - c || b - d)
  const root = await registry.catalogueDigest()
  const at = chance(heads.length + 1)
  const stated = heads.map(
    ([ns, writer, seq, id], i): (typeof heads)[number] =>
      [...[ns, writer, seq], i === at ? flipped(id) : id] as const,
  )
  const isOfRoot = at === heads.length
  const ext = encodeSnapshot({ root: isOfRoot ? flipped(root) : root, heads: stated })
  const words = `lies in a snapshot about ${isOfRoot ? 'the root' : 'a head'}`
  world.counter++
  return { header: { type: 1, ext }, words, lie: isOfRoot ? 'root' : 'heads' }
}

function flipped(hash: Hash): Hash {
  return hash.map((byte, i) => (i === 9 ? byte ^ 1 : byte))
}

/** Runs the work of one who signs statements; refusals are part of the world. */
async function sign(
  world: World,
  node: SimNode,
  work: (registry: Registry) => Promise<void>,
): Promise<string> {
  let outcome = 'done'
  await world.atNode(node, async () => {
    try {
      if (node.registry !== undefined) await work(node.registry)
    } catch (error) {
      outcome = 'refused'
      if (!isRefusal(error, EXPECTED)) throw error
      outcome = error.code
    }
  })
  return outcome
}

function complain(world: World, node: SimNode, id: string, what: string): void {
  world.violations.push(`${node.identity.name} ${what}: ${id}`)
}

/** ETags of all records of the federation, which hang on live slots and on no tree. */
async function etagsOf(registry: Registry): Promise<ReadonlyMap<string, string>> {
  const etags = new Map<string, string>()
  for await (const { id, etag } of registry.catalogue.views()) etags.set(id, etag)
  return etags
}

function textOf(etags: ReadonlyMap<string, string>): string {
  return [...etags]
    .map((pair) => pair.join(' '))
    .sort()
    .join()
}

/** The first namespace that a node may write in for the federation. */
function statementNamespace({ registry, identity }: SimNode): number | undefined {
  const { client: writer } = identity
  return registry?.roster?.state.writers
    .get(writer)
    ?.grants.find((grant) => grant.until === undefined && grant.auds.includes(1))?.ns
}
