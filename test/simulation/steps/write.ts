/** Honest work: people of several offices edit the records of their namespace. */
import { type Grant, textToHash, type Write } from '../../../packages/registry-core/src/index.ts'
import { scopeText } from '../../../packages/registry-core/testing/reference.ts'
import type { SimNode } from '../sim-node.ts'
import { type Chance, pick, type StepKind } from '../step.ts'
import { isRefusal, type World } from '../world.ts'

/** Records that everybody edits, so that writers meet. */
export const RECS = ['resource/r1', 'resource/r2', 'service/s1']
const DESCRIPTIVE = ['title/en', 'title/zh-Hans', 'description/en', 'landingPage', 'contact/c1']
const LEGAL = ['sharing', 'state']

/** Refusals that a desk has to expect. */
const EXPECTED = [
  'MULU_STALE',
  'MULU_BASE_UNKNOWN',
  'MULU_REVOKED',
  'MULU_FORK',
  'MULU_GRANT_MISSING',
  'MULU_NOT_ADMITTED',
  'MULU_RIGHT_MISSING',
  'MULU_DISK',
  'MULU_NOT_HELD',
]

export const write: StepKind = {
  name: 'write',
  weight: 30,
  isFault: false,
  run: async (world, chance) => {
    const node = pick(chance, world.up)
    return node === undefined ? undefined : writeAt(world, node, chance)
  },
}

/** One change of one or two records at a node, as its person chose; says what came of it. */
export async function writeAt(
  world: World,
  node: SimNode,
  chance: Chance,
): Promise<string | undefined> {
  const grant = pick(chance, grantsOf(node))
  if (grant === undefined) return undefined
  // The type of a write names only 0 and 1 so far; the core below it takes any audience.
  const aud = (chance(2) > 0 ? 1 : pick(chance, grant.auds)) as 0 | 1
  const scope = scopeText({ ns: grant.ns, aud })
  const recs = RECS.filter(() => chance(2) === 0)
  const changes: Chosen[] = []
  for (const rec of recs.length > 0 ? recs : [RECS[0] ?? '']) {
    changes.push(await changeOf(world, node, chance, { rec, grant, aud, scope }))
  }
  const what = `${node.identity.name} writes ${changes.map((c) => c.text).join(', ')} in ${scope}`
  const outcome = await confirm(world, node, {
    ns: grant.ns,
    aud,
    actor: 'p',
    ...(chance(3) === 0 ? { note: { reason: 'why' } } : {}),
    changes: changes.map(({ change }) => change),
  })
  return `${what}: ${outcome}`
}

/** Writes at a node and remembers what it confirmed, also where it got only so far. */
async function confirm(world: World, node: SimNode, write: Write): Promise<string> {
  const scope = scopeText(write)
  let outcome = 'confirmed'
  await world.atNode(node, async () => {
    try {
      const written = await node.registry?.write(write)
      for (const commit of written?.commits ?? []) world.acknowledged.push({ node, scope, commit })
    } catch (error) {
      outcome = 'refused'
      if (!isRefusal(error, EXPECTED)) throw error
      outcome = error.code
      for (const text of (error.details['commits'] as readonly string[] | undefined) ?? []) {
        world.acknowledged.push({ node, scope, commit: textToHash(text) ?? new Uint8Array() })
      }
    }
  })
  return outcome
}

/** A long piece of work in one go: each change of the record becomes a commit of its own. */
export const writeMany: StepKind = {
  name: 'write many',
  weight: 2,
  isFault: true,
  run: async (world, chance) => {
    const node = pick(chance, world.up)
    const grant = node && pick(chance, grantsOf(node))
    const rec = pick(chance, RECS)
    if (node === undefined || grant === undefined || rec === undefined) return undefined
    const aud = pick(chance, grant.auds) as 0 | 1
    const scope = scopeText({ ns: grant.ns, aud })
    const count = 18 + chance(8)
    const changes = Array.from({ length: count }, () => ({
      rec,
      set: { 'title/en': valueFor(world, chance, scope) },
      concurrent: true,
    }))
    const outcome = await confirm(world, node, { ns: grant.ns, aud, actor: 'p', changes })
    return `${node.identity.name} writes ${rec} ${count} times in ${scope}: ${outcome}`
  },
}

function grantsOf(node: SimNode): readonly Grant[] {
  const writer = node.registry?.roster?.state.writers.get(node.identity.client)
  return writer?.grants.filter((grant) => grant.until === undefined) ?? []
}

type Place = {
  readonly rec: string
  readonly grant: Grant
  readonly aud: 0 | 1
  readonly scope: string
}

type Chosen = {
  readonly text: string
  readonly change: {
    readonly rec: string
    readonly set?: Record<string, string>
    readonly remove?: readonly string[]
    readonly base?: string
    readonly concurrent: boolean
  }
}

async function changeOf(
  world: World,
  node: SimNode,
  chance: Chance,
  { rec, grant, aud, scope }: Place,
): Promise<Chosen> {
  const paths = grant.rights.includes('classify') ? [...DESCRIPTIVE, ...LEGAL] : DESCRIPTIVE
  const path = pick(chance, paths) ?? 'title/en'
  const concurrent = chance(4) > 0
  const base =
    aud === 1 && chance(3) === 0 ? await oldScreen(world, node, chance, rec, grant.ns) : undefined
  const more = { concurrent, ...(base === undefined ? {} : { base }) }
  if (chance(8) === 0)
    return { text: `${rec} without ${path}`, change: { rec, remove: [path], ...more } }
  const value = valueFor(world, chance, scope)
  const also = chance(3) === 0 ? { 'title/fr': value } : {}
  return {
    text: `${rec} ${path}=${value}${base === undefined ? '' : ' on an old screen'}`,
    change: { rec, set: { [path]: value, ...also }, ...more },
  }
}

/** Values of private audiences are secrets that no other disk may hold; others repeat at times. */
function valueFor(world: World, chance: Chance, scope: string): string {
  world.counter++
  if (scope.endsWith('/1')) return chance(4) === 0 ? 'the same' : `v${world.counter}`
  const secret = `secret ${scope} ${world.counter};`
  world.secrets.set(scope, [...(world.secrets.get(scope) ?? []), secret])
  return secret
}

/** The ETag of a screen that this node showed, perhaps long ago; it is remembered for later. */
async function oldScreen(
  world: World,
  node: SimNode,
  chance: Chance,
  rec: string,
  ns: number,
): Promise<string | undefined> {
  const [kind = '', local = ''] = rec.split('/')
  const key = `${ns}/${rec}`
  const seen = node.shown.get(key) ?? []
  await world.atNode(node, async () => {
    const view = await node.registry?.catalogue.record({ ns, kind, local })
    if (view !== undefined) node.shown.set(key, [...seen.slice(-4), view.etag])
  })
  return pick(chance, seen)
}
