/** What the part before says, and whether the next one can go on from there. */
import {
  BundleIntake,
  type Carried,
  isMuluError,
  type Registry,
  stillHolds,
} from '@mulu/registry-core'
import { readBlocks } from '../bundle/block-file.ts'
import { createCrypto } from '../crypto.ts'
import { type PartState, readState, type WholeBecause } from './part-state.ts'

/** A part that a writer of the roster has signed. */
export type PartBefore = { readonly carried: Carried; readonly state: PartState }

/**
 * Reads the beginning of a part. MULU_KEY_LOCKED or MULU_PASSPHRASE where it does not open, and
 * MULU_FEDERATION_MISMATCH for one of another federation.
 */
export async function readPartBefore(
  registry: Registry,
  source: AsyncIterable<Uint8Array>,
  passphrase: string | undefined,
): Promise<PartBefore | 'unreadable'> {
  const intake = new BundleIntake({ registry, crypto: createCrypto() })
  let state: PartState | undefined
  try {
    for await (const event of readBlocks(source, { passphrase })) {
      if (event.type !== 'part') break
      const { part } = event
      state ??= readState(part)
      if (part.t === 'from' || part.t === 'heads') await intake.take(part)
      else if (part.t !== 'rows') break
    }
  } catch (error) {
    if (!isMuluError(error) || error.code !== 'MULU_BUNDLE_SHAPE') throw error
    return 'unreadable'
  }
  const { carried } = intake
  return state === undefined || carried === undefined ? 'unreadable' : { carried, state }
}

/** Why the next part cannot go on from this one; undefined where it can. */
export async function whyNotFrom(
  registry: Registry,
  { carried, state }: PartBefore,
  now: PartState,
): Promise<WholeBecause | undefined> {
  if (!(await stillHolds(registry, carried))) return 'behind'
  if (state.erased.join() !== now.erased.join()) return 'erased'
  return state.putBack === now.putBack ? undefined : 'put back'
}
