/** Makes a bundle: what one node lacks as far as it has said, or what every member may hold. */
import {
  type BundleAim,
  BundleIntake,
  bundleContents,
  MuluError,
  type Part,
} from '@mulu/registry-core'
import { createCrypto } from '../crypto.ts'
import type { NodeContext } from '../node-context.ts'
import { type HeldCount, heldPart } from '../status/held-part.ts'
import { readBlocks, writeBlocks } from './block-file.ts'
import { type CarriedHeads, loadCarried } from './carried-heads.ts'
import { receiverOf } from './receiver.ts'
import type { SealWith } from './seal.ts'

/** What to export. */
export type ExportOrder = {
  /** Writer number, peer id or agency code; without it whoever made `since`, else all members. */
  readonly to?: string
  /** Everything, whatever the receiver has said it has. */
  readonly all?: boolean
  /** The beginning of a bundle: what its maker has is left out. */
  readonly since?: AsyncIterable<Uint8Array>
  /** To the key of the receiver, or with a passphrase. */
  readonly encrypt?: 'key' | { readonly passphrase: string }
}

/** A bundle that is about to be made. */
export type ExportedBundle = {
  readonly commits: number
  /** The writer it is for; 0 for all members. */
  readonly to: number
  /** When the receiver said what it has, which is left out; null where nothing is. */
  readonly sinceMs: number | null
  /** Of how many agencies it can hold anything; null where of all. */
  readonly held: HeldCount | null
  readonly chunks: AsyncIterable<Uint8Array>
}

/** Decides what a bundle holds; its bytes are made as they are taken. */
export async function exportBundle(
  context: NodeContext,
  order: ExportOrder,
): Promise<ExportedBundle> {
  const { registry } = context.store
  const state = registry.roster?.state
  const said = order.since === undefined ? undefined : await readSaid(context, order.since)
  const name = order.to ?? (said === undefined ? undefined : String(said.sender))
  const isOwn = name !== undefined && name === String(registry.author?.client)
  const receiver = name === undefined || isOwn ? undefined : receiverOf(state, name)
  const aim: BundleAim = { for: receiver?.client ?? 'members' }
  const since = order.all === true ? undefined : (said ?? (await saidBefore(context, receiver)))
  const contents = await bundleContents(
    { registry, crypto: createCrypto(), nowMs: context.clock.now(), signer: context.signer },
    aim,
    since,
  )
  return {
    commits: contents.commits,
    to: receiver?.client ?? 0,
    sinceMs: since?.madeMs ?? null,
    held: heldPart(context),
    chunks: writeBlocks(contents.parts(), contents.introduction, sealOf(order, receiver?.key)),
  }
}

function sealOf({ encrypt }: ExportOrder, key: Uint8Array | undefined): SealWith {
  if (encrypt === undefined) return { kind: 'plain' }
  if (encrypt !== 'key') return { kind: 'passphrase', passphrase: encrypt.passphrase }
  if (key !== undefined) return { kind: 'key', receiver: key }
  const reason = 'Encrypting to a key needs a receiver; else give a passphrase.'
  throw new MuluError('MULU_BUNDLE_RECEIVER', { details: { reason } })
}

async function saidBefore(
  { store }: NodeContext,
  receiver: { readonly client: number } | undefined,
): Promise<CarriedHeads | undefined> {
  if (receiver === undefined) return undefined
  return loadCarried(await store.registry.database(), receiver.client)
}

/** Who made a bundle, and what that one had; MULU_BUNDLE_SHAPE unless its key signed that. */
async function readSaid(
  { store, signer }: NodeContext,
  source: AsyncIterable<Uint8Array>,
): Promise<CarriedHeads & { readonly sender: number }> {
  const intake = new BundleIntake({ registry: store.registry, crypto: createCrypto() })
  for await (const event of readBlocks(source, { signer })) {
    if (event.type !== 'part' || !isIntroduction(event.part)) break
    await intake.take(event.part)
  }
  if (intake.carried !== undefined) return intake.carried
  const reason = 'It does not say, under a key of the roster, what its maker had.'
  throw new MuluError('MULU_BUNDLE_SHAPE', { details: { reason } })
}

function isIntroduction(part: Part): boolean {
  return part.t === 'from' || part.t === 'heads'
}
