/** Personal values are written, lawful orders erase them, and nodes destroy what they may. */
import { type Grant, toHex } from '../../../packages/registry-core/src/index.ts'
import type { SimNode } from '../sim-node.ts'
import { pick, type StepKind } from '../step.ts'
import { isRefusal, type World } from '../world.ts'
import { RECS } from './write.ts'

/** What writing and ordering have to expect. */
const EXPECTED = [
  'MULU_ERASURE',
  'MULU_STALE',
  'MULU_REVOKED',
  'MULU_FORK',
  'MULU_GRANT_MISSING',
  'MULU_NOT_ADMITTED',
  'MULU_RIGHT_MISSING',
  'MULU_DISK',
  'MULU_NOT_HELD',
]
const PATHS = ['contact/p1', 'contact/p2']

export const writePersonal: StepKind = {
  name: 'write personal',
  weight: 4,
  isFault: false,
  run: async (world, chance) => {
    const node = pick(chance, world.up)
    const grant = node && pick(chance, grantsOf(node, 'describe'))
    if (node === undefined || grant === undefined) return undefined
    const rec = pick(chance, RECS) ?? ''
    const path = pick(chance, PATHS) ?? ''
    const text = `personal ${++world.counter};`
    // A neighbour in the same body, as often as not.
    const isAlone = chance(2) === 0
    const also = isAlone ? {} : { 'contact/c1': `desk ${world.counter}` }
    const set = { [path]: text, ...also }
    const changes = [{ rec, set, concurrent: true }]
    const outcome = await attempt(world, node, async () => {
      const written = await node.registry?.write({ ns: grant.ns, aud: 1, actor: 'p', changes })
      for (const commit of written?.commits ?? []) {
        world.acknowledged.push({ node, scope: `${grant.ns}/1`, commit })
        // What stands alone in its body is written nowhere else by an order on its neighbour.
        if (isAlone) world.personal.set(toHex(commit), text)
      }
    })
    return `${node.identity.name} writes ${grant.ns}/${rec} ${path}=${text}: ${outcome}`
  },
}

export const erase: StepKind = {
  name: 'erase',
  weight: 8,
  isFault: true,
  run: async (world, chance) => {
    const node = pick(chance, world.up)
    const grant = node && pick(chance, grantsOf(node, 'erase'))
    if (node === undefined || grant === undefined) return undefined
    const value = chance(3) === 0 ? { value: `left ${++world.counter}` } : {}
    const more = { order: `order ${world.counter}`, actor: 'p', ...value }
    let what = 'nothing'
    const outcome = await attempt(world, node, async () => {
      const field = pick(chance, await fieldsAt(node, grant.ns))
      if (field === undefined) return
      what = `${grant.ns}/${field.rec} ${field.path}`
      const done = await node.registry?.erasing.order({ ns: grant.ns, ...field, ...more })
      for (const commit of [...(done?.commits ?? []), ...(done?.orders ?? [])]) {
        world.acknowledged.push({ node, scope: `${grant.ns}/1`, commit })
      }
    })
    return `${node.identity.name} has ${what} erased: ${outcome}`
  },
}

type Field = { readonly rec: string; readonly path: string }

/** What a node shows that can be erased; values of persons come up more often than others. */
async function fieldsAt(node: SimNode, ns: number): Promise<readonly Field[]> {
  const fields: Field[] = []
  for (const rec of RECS) {
    const [kind = '', local = ''] = rec.split('/')
    const view = await node.registry?.catalogue.record({ ns, kind, local })
    for (const path of Object.keys(view?.fields ?? {}).sort()) {
      fields.push(...Array.from({ length: PATHS.includes(path) ? 4 : 1 }, () => ({ rec, path })))
    }
  }
  return fields
}

/** A node carries out what it may, and confirms it. */
export const destroy: StepKind = {
  name: 'destroy',
  weight: 4,
  isFault: true,
  run: async (world, chance) => {
    const node = pick(chance, world.up)
    const [grant] = node === undefined ? [] : grantsOf(node, 'describe')
    if (node === undefined) return undefined
    const isConfirming = chance(2) === 0
    const outcome = await attempt(world, node, async () => {
      await node.registry?.erasing.destroy()
      if (!isConfirming || grant === undefined) return
      await node.registry?.erasing.purged()
      await node.registry?.erasing.confirm(grant.ns)
    })
    const what = isConfirming ? 'destroys and confirms' : 'destroys'
    return `${node.identity.name} ${what} what orders name: ${outcome}`
  },
}

async function attempt(world: World, node: SimNode, work: () => Promise<void>): Promise<string> {
  let outcome = 'done'
  await world.atNode(node, async () => {
    try {
      await work()
    } catch (error) {
      outcome = 'refused'
      if (!isRefusal(error, EXPECTED)) throw error
      outcome = error.code
    }
  })
  return outcome
}

/** The open grants of a node with a right. */
export function grantsOf(node: SimNode, right: Grant['rights'][number]): readonly Grant[] {
  const writer = node.registry?.roster?.state.writers.get(node.identity.client)
  return (writer?.grants ?? []).filter(
    ({ until, rights }) => until === undefined && rights.includes(right),
  )
}
