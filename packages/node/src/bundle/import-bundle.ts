/** Brings a bundle in: what is whole of it, in any order of bundles, and as often as one likes. */
import { BundleIntake, type BundleTally, type ErrorCode, type Part } from '@mulu/registry-core'
import { createCrypto } from '../crypto.ts'
import type { NodeContext } from '../node-context.ts'
import { readBlocks } from './block-file.ts'
import { saveCarried } from './carried-heads.ts'

/** What to import. */
export type ImportOrder = {
  readonly source: AsyncIterable<Uint8Array>
  /** How long it is, where that is known; for progress. */
  readonly bytes?: number
  readonly passphrase?: string
  readonly onProgress?: (done: number, total: number) => void
}

/** What became of a bundle. */
export type BundleReport = BundleTally & {
  /** Writers that made it and that it is for; 0 for none. */
  readonly sender: number
  readonly to: number
  readonly madeMs: number
  /** Blocks that could not be read; each holds part of the commits. */
  readonly damaged: number
  /** Why this is not all there is to it; null when everything came and was taken. */
  readonly problem: ErrorCode | null
}

/**
 * Imports a bundle. MULU_DISK, MULU_BUNDLE_SHAPE, MULU_FEDERATION_MISMATCH, MULU_BUNDLE_KEY, MULU_KEY_LOCKED
 * or MULU_PASSPHRASE where nothing can be taken; else the report tells what is missing.
 */
export async function importBundle(
  context: NodeContext,
  order: ImportOrder,
): Promise<BundleReport> {
  const { store, signer } = context
  const intake = new BundleIntake({ registry: store.registry, crypto: createCrypto() })
  const introduction: Part[] = []
  let damaged = 0
  let isCut = false
  for await (const event of readBlocks(counted(order), { signer, passphrase: order.passphrase })) {
    if (event.type === 'damaged') damaged++
    else if (event.type === 'cut') isCut = true
    else {
      const { part } = event
      if (intake.from === undefined || part.t === 'heads') introduction.push(part)
      await intake.take(part)
    }
  }
  const { carried, from } = intake
  if (carried !== undefined) {
    await store.registry.onDatabase((db) => saveCarried(db, carried.sender, introduction))
  }
  const tally = await intake.tally()
  return {
    ...tally,
    ...{ sender: from?.sender ?? 0, to: from?.to ?? 0, madeMs: from?.madeMs ?? 0, damaged },
    problem: problemOf(tally, damaged, isCut || !intake.isWhole),
  }
}

function problemOf(tally: BundleTally, damaged: number, isCut: boolean): ErrorCode | null {
  if (damaged > 0) return 'MULU_BUNDLE_DAMAGED'
  if (isCut) return 'MULU_BUNDLE_CUT'
  if (tally.postponed > 0) return 'MULU_WAITING_FULL'
  return null
}

async function* counted({ source, bytes, onProgress }: ImportOrder): AsyncGenerator<Uint8Array> {
  let done = 0
  for await (const chunk of source) {
    done += chunk.length
    if (bytes !== undefined) onProgress?.(done, bytes)
    yield chunk
  }
}
