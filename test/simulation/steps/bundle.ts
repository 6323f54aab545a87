/** Bundles on sticks: made, lost, carried in any order and more than once, cut short, damaged. */
import { readBlocks, writeBlocks } from '../../../packages/node/src/bundle/block-file.ts'
import { loadCarried, saveCarried } from '../../../packages/node/src/bundle/carried-heads.ts'
import {
  BundleIntake,
  bundleContents,
  isMuluError,
  type Part,
} from '../../../packages/registry-core/src/index.ts'
import { isMember } from '../../../packages/registry-core/src/sync/audience-rule.ts'
import type { SimNode } from '../sim-node.ts'
import { type Chance, pick, type StepKind } from '../step.ts'
import type { World } from '../world.ts'

/** A bundle as a file, somewhere between two nodes. */
export type Stick = { readonly from: string; readonly to: SimNode; readonly bytes: Uint8Array }

const STICKS_MAX = 6

export const pack: StepKind = {
  name: 'pack',
  weight: 4,
  isFault: true,
  run: async (world, chance) => {
    const [from, to] = [pick(chance, world.up), pick(chance, world.nodes)]
    if (from?.registry === undefined || to === undefined || from === to) return undefined
    const isForAll = chance(4) === 0
    let made: { readonly bytes: Uint8Array; readonly commits: number } | undefined
    await world.atNode(from, async () => {
      made = await packed(world, from, isForAll ? undefined : to)
    })
    if (made === undefined) return undefined
    world.sticks.push({ from: from.identity.name, to, bytes: made.bytes })
    if (world.sticks.length > STICKS_MAX) world.sticks.splice(chance(STICKS_MAX), 1)
    const aim = isForAll ? 'everybody' : to.identity.name
    return `${from.identity.name} packs a bundle of ${made.commits} commits for ${aim}`
  },
}

async function packed(
  world: World,
  from: SimNode,
  to: SimNode | undefined,
): Promise<{ readonly bytes: Uint8Array; readonly commits: number } | undefined> {
  const { registry } = from
  const writer = to && registry?.roster?.state.writers.get(to.identity.client)
  if (registry === undefined || (to !== undefined && (writer === undefined || !isMember(writer)))) {
    return undefined
  }
  const since = to && (await from.onDatabase((db) => loadCarried(db, to.identity.client)))
  const signer = world.signerOf(from.identity.client)
  const contents = await bundleContents(
    { registry, crypto: world.crypto, nowMs: from.nowMs, signer },
    to === undefined ? { for: 'members' } : { for: to.identity.client },
    since,
  )
  const chunks: Uint8Array[] = []
  const blocks = writeBlocks(contents.parts(), contents.introduction, { kind: 'plain' })
  for await (const chunk of blocks) chunks.push(chunk)
  return { bytes: Buffer.concat(chunks), commits: contents.commits }
}

export const unpack: StepKind = {
  name: 'unpack',
  weight: 6,
  isFault: true,
  run: async (world, chance) => {
    const stick = pick(chance, world.sticks)
    if (stick?.to.registry === undefined) return undefined
    if (chance(2) === 0) world.sticks.splice(world.sticks.indexOf(stick), 1)
    const { bytes, words } = spoiled(stick.bytes, chance)
    const { name } = stick.to.identity
    let outcome = 'the disk or the power failed'
    await world.atNode(stick.to, async () => {
      outcome = await taken(world, stick.to, bytes)
    })
    return `a bundle of ${stick.from}${words} is read at ${name}: ${outcome}`
  },
}

/** What a pulled stick or a bad one leaves of a file. */
function spoiled(
  bytes: Uint8Array,
  chance: Chance,
): { readonly bytes: Uint8Array; readonly words: string } {
  const kind = chance(6)
  if (kind === 0) return { bytes: bytes.subarray(0, chance(bytes.length)), words: ', cut short,' }
  if (kind > 1) return { bytes, words: '' }
  const copy = Uint8Array.from(bytes)
  const at = chance(copy.length)
  copy[at] = (copy[at] ?? 0) ^ (1 << chance(8))
  return { bytes: copy, words: ', damaged,' }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

const REFUSALS = ['MULU_BUNDLE_SHAPE', 'MULU_BUNDLE_KEY', 'MULU_KEY_LOCKED']

async function taken(world: World, node: SimNode, bytes: Uint8Array): Promise<string> {
  const { registry } = node
  if (registry === undefined) return 'nobody is there'
  const intake = new BundleIntake({ registry, crypto: world.crypto })
  const introduction: Part[] = []
  try {
    for await (const event of readBlocks(once(bytes), {})) {
      if (event.type !== 'part') continue
      const { part } = event
      if (intake.from === undefined || part.t === 'heads') introduction.push(part)
      await intake.take(part)
    }
  } catch (error) {
    if (isMuluError(error) && REFUSALS.includes(error.code)) return error.code
    throw error
  }
  const { carried } = intake
  if (carried !== undefined) {
    await node.onDatabase((db) => saveCarried(db, carried.sender, introduction))
  }
  const tally = await intake.tally()
  return `${tally.new} new, ${tally.known} known, ${tally.waiting} waiting, ${tally.refused} refused`
}
